import { useCallback, useState } from 'react'
import { type CombinedError, useClient } from 'urql'
import {
  AddLabelledImageDocument,
  LabelImageDocument,
  MoveImageDocument,
  RemoveImageDocument,
  UnlabelImageDocument,
} from '../api/generated'

/** Changes of the labels of a dataset. Each resolves to whether it was made; if not, `error` says why. */
export interface Labels {
  /** Gives a labelled image another class. */
  move(image: string, to: string): Promise<boolean>
  /** Gives an image without a label a class. It becomes a support image. */
  label(image: string, to: string): Promise<boolean>
  /** Takes the label off an image, which stays in the dataset. */
  unlabel(image: string): Promise<boolean>
  /** Removes an image from the dataset. */
  remove(image: string): Promise<boolean>
  /** Adds a file as a support image. */
  add(file: File, to: string): Promise<boolean>
  /** Of the last change. */
  readonly error: CombinedError | undefined
  /** Why the last file was not added. */
  readonly refused: string | undefined
}

export function useLabels(dataset: string): Labels {
  const client = useClient()
  const [error, setError] = useState<CombinedError>()
  const [refused, setRefused] = useState<string>()
  const settle = useCallback((failed: CombinedError | undefined, reason?: string): boolean => {
    setError(failed)
    setRefused(reason)
    return failed === undefined && reason === undefined
  }, [])
  const input = { dataset }
  return {
    async move(image, to) {
      const made = await client.mutation(MoveImageDocument, {
        input: { ...input, images: [image], class: to },
      })
      return settle(made.error)
    },
    async label(image, to) {
      const made = await client.mutation(LabelImageDocument, {
        input: { ...input, images: [image], class: to, split: 'SUPPORT_POOL' },
      })
      return settle(made.error)
    },
    async unlabel(image) {
      return settle(
        (await client.mutation(UnlabelImageDocument, { input: { ...input, images: [image] } })).error,
      )
    },
    async remove(image) {
      return settle(
        (await client.mutation(RemoveImageDocument, { input: { ...input, images: [image] } })).error,
      )
    },
    async add(file, to) {
      const { data, error: failed } = await client.mutation(AddLabelledImageDocument, {
        input: { ...input, images: [{ image: { upload: file }, class: to, split: 'SUPPORT_POOL' }] },
      })
      const { rejected = [], duplicates = 0 } = data?.addImages ?? {}
      return settle(
        failed,
        rejected[0]?.reason ?? (duplicates > 0 ? 'The dataset has this image.' : undefined),
      )
    },
    ...{ error, refused },
  }
}
