import { useCallback, useState } from 'react'
import { type CombinedError, useClient } from 'urql'
import {
  AddLabelledImageDocument,
  LabelImageDocument,
  MoveImageDocument,
  RemoveImageDocument,
  UndoLabelDocument,
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
  /** Undoes the last of these changes that is not undone. */
  undo(): Promise<boolean>
  readonly canUndo: boolean
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
  /** The ids of the changes made here, which can be undone. */
  const [changes, setChanges] = useState<readonly string[]>([])
  const settle = useCallback((failed: CombinedError | undefined, reason?: string): boolean => {
    setError(failed)
    setRefused(reason)
    return failed === undefined && reason === undefined
  }, [])
  const changed = (
    failed: CombinedError | undefined,
    dataset: { readonly change: { readonly id: string } | null } | undefined,
  ): boolean => {
    const id = dataset?.change?.id
    if (id !== undefined) setChanges((all) => [...all, id])
    return settle(failed)
  }
  const input = { dataset }
  return {
    async move(image, to) {
      const made = await client.mutation(MoveImageDocument, {
        input: { ...input, images: [image], class: to },
      })
      return changed(made.error, made.data?.moveImages)
    },
    async label(image, to) {
      const made = await client.mutation(LabelImageDocument, {
        input: { ...input, images: [image], class: to, split: 'SUPPORT_POOL' },
      })
      return changed(made.error, made.data?.labelImages)
    },
    async unlabel(image) {
      const made = await client.mutation(UnlabelImageDocument, { input: { ...input, images: [image] } })
      return changed(made.error, made.data?.unlabelImages)
    },
    async remove(image) {
      const made = await client.mutation(RemoveImageDocument, { input: { ...input, images: [image] } })
      return changed(made.error, made.data?.removeImages)
    },
    async undo() {
      const id = changes.at(-1)
      if (id === undefined) return false
      const made = await client.mutation(UndoLabelDocument, { id })
      if (!made.error) setChanges((all) => all.filter((each) => each !== id))
      return settle(made.error)
    },
    canUndo: changes.length > 0,
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
