import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { useCallback, useState } from 'react'
import { useClient } from 'urql'
import { type MendAddClassMutation, UndoChangeDocument } from '../../api/generated'
import { type Problem, problemsOf } from '../../api/problem'

/** All mutations that mend a dataset ask for the same. */
type Mended = MendAddClassMutation['mended']

/** Mends a dataset, and undoes the last change. */
export interface Mending {
  /** The last change, until it is undone or put away. */
  readonly change: Mended['change']
  /** Of the last attempt. */
  readonly problems: readonly Problem[]
  /** Resolves to whether the change was made. */
  run<Input>(document: MendingDocument<Input>, input: Input): Promise<boolean>
  undo(): Promise<void>
  /** Puts the last change and its problems away. */
  dismiss(): void
}

type MendingDocument<Input> = TypedDocumentNode<{ readonly mended: Mended }, { readonly input: Input }>

export function useMending(): Mending {
  const client = useClient()
  const [change, setChange] = useState<Mended['change']>(null)
  const [problems, setProblems] = useState<readonly Problem[]>([])
  const dismiss = useCallback(() => {
    setChange(null)
    setProblems([])
  }, [])
  return {
    change,
    problems,
    async run(document, input) {
      const { data, error } = await client.mutation(document, { input })
      setProblems(problemsOf(error))
      if (!data) return false
      setChange(data.mended.change)
      return true
    },
    async undo() {
      if (!change) return
      const { error } = await client.mutation(UndoChangeDocument, { id: change.id })
      setProblems(problemsOf(error))
      if (!error) setChange(null)
    },
    dismiss,
  }
}
