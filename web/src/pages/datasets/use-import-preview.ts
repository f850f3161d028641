import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { useEffect, useState } from 'react'
import { useClient } from 'urql'
import {
  HubImportPreviewDocument,
  type ImportArchiveInput,
  type ImportFromHubInput,
  ImportPreviewDocument,
  type ImportPreviewQuery,
} from '../../api/generated'
import { type Problem, problemsOf } from '../../api/problem'

export type Preview = ImportPreviewQuery['importPreview']

export interface PreviewState {
  readonly preview?: Preview
  readonly problems: readonly Problem[]
  readonly checking: boolean
}

const nothing: PreviewState = { problems: [], checking: false }

/** What an import would do. A new input, or leaving the page, stops the check of the one before. */
export const useImportPreview = (input: ImportArchiveInput | undefined): PreviewState =>
  usePreview(input, ImportPreviewDocument)

/** What an import from the hub would do, likewise. */
export const useHubPreview = (input: ImportFromHubInput | undefined): PreviewState =>
  usePreview(input, HubImportPreviewDocument)

function usePreview<Input>(
  input: Input | undefined,
  document: TypedDocumentNode<ImportPreviewQuery, { readonly input: Input }>,
): PreviewState {
  const client = useClient()
  const [state, setState] = useState(nothing)
  useEffect(() => {
    setState({ ...nothing, checking: input !== undefined })
    if (input === undefined) return
    const { unsubscribe } = client
      .query(document, { input }, { requestPolicy: 'network-only' })
      .subscribe(({ data, error }) =>
        setState({
          checking: false,
          problems: problemsOf(error),
          ...(data && { preview: data.importPreview }),
        }),
      )
    return unsubscribe
  }, [client, input, document])
  return state
}
