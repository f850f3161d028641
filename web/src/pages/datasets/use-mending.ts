import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { useCallback, useRef, useState } from 'react'
import { useClient } from 'urql'
import {
  type LabelledImageInput,
  type MendAddClassMutation,
  MendAddImagesDocument,
  UndoChangeDocument,
} from '../../api/generated'
import { type Problem, problemsOf } from '../../api/problem'
import { count, plural } from '../../design/format'

/** All mutations that mend a dataset ask for the same. */
type Mended = MendAddClassMutation['mended']

/** Mends a dataset, and undoes the last change. */
export interface Mending {
  /** The last change in words, until it is undone or put away. */
  readonly done: string | null
  /** Of the last attempt. */
  readonly problems: readonly Problem[]
  /** Resolves to whether the change was made. One at a time: while another is under way, nothing is changed. */
  run<Input>(document: MendingDocument<Input>, input: Input): Promise<boolean>
  /** Adds images, some at a time. Resolves to what became of them; null if it failed. */
  addImages(
    dataset: string,
    images: readonly LabelledImageInput[],
    onProgress: (done: number) => void,
  ): Promise<AddedImages | null>
  undo(): Promise<void>
  /** Puts the last change and its problems away. */
  dismiss(): void
}

export interface AddedImages {
  readonly added: number
  readonly duplicates: number
  /** Images that were not added, by their positions among those given. */
  readonly rejected: readonly { readonly position: number; readonly reason: string }[]
}

type MendingDocument<Input> = TypedDocumentNode<{ readonly mended: Mended }, { readonly input: Input }>

/** Images of a request: few, so that none is too large, and the bar moves. */
const imagesAtOnce = 16

/** What was done last: in words, and the changes that undo it, the latest first. */
interface Done {
  readonly text: string
  readonly changes: readonly string[]
}

export function useMending(): Mending {
  const client = useClient()
  const [done, setDone] = useState<Done | null>(null)
  const [problems, setProblems] = useState<readonly Problem[]>([])
  const busy = useRef(false)
  async function once<T>(otherwise: T, change: () => Promise<T>): Promise<T> {
    if (busy.current) return otherwise
    busy.current = true
    try {
      return await change()
    } finally {
      busy.current = false
    }
  }
  const dismiss = useCallback(() => {
    setDone(null)
    setProblems([])
  }, [])

  return {
    done: done?.text ?? null,
    problems,
    run: (document, input) =>
      once(false, async () => {
        const { data, error } = await client.mutation(document, { input })
        setProblems(problemsOf(error))
        if (!data) return false
        const { change } = data.mended
        setDone(change && { text: change.text, changes: [change.id] })
        return true
      }),
    addImages: (dataset, images, onProgress) =>
      once(null, async () => {
        const changes: string[] = []
        let [added, duplicates] = [0, 0]
        const rejected: AddedImages['rejected'][number][] = []
        for (let from = 0; from < images.length; from += imagesAtOnce) {
          const some = images.slice(from, from + imagesAtOnce)
          const { data, error } = await client.mutation(MendAddImagesDocument, {
            input: { dataset, images: some },
          })
          setProblems(problemsOf(error))
          if (data) {
            const result = data.added
            added += result.added
            duplicates += result.duplicates
            rejected.push(...result.rejected.map((each) => ({ ...each, position: from + each.position })))
            if (result.change) changes.unshift(result.change.id)
            onProgress(from + some.length)
          }
          // What was added before can be undone.
          if (changes.length > 0) setDone({ text: `Added ${plural(added, 'image')}`, changes: [...changes] })
          if (!data) return null
        }
        return { added, duplicates, rejected }
      }),
    undo: () =>
      once(undefined, async () => {
        if (!done) return
        const left = [...done.changes]
        for (let id = left[0]; id !== undefined; id = left[0]) {
          const { error } = await client.mutation(UndoChangeDocument, { id })
          setProblems(problemsOf(error))
          if (error) return setDone({ ...done, changes: left })
          left.shift()
        }
        setDone(null)
      }),
    dismiss,
  }
}

/** What became of added images, in a sentence. */
export const inWords = ({ added, duplicates, rejected }: AddedImages): string =>
  [
    `${plural(added, 'image')} added`,
    ...(duplicates > 0 ? [`${count(duplicates)} already there`] : []),
    ...(rejected.length > 0 ? [`${count(rejected.length)} left out`] : []),
  ].join(', ')
