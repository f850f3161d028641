import { useState } from 'react'

/** Whether an image has a label: what can be done with it depends on that. */
export type ImageKind = 'LABELLED' | 'UNLABELLED'

/** Images that are selected on a dataset's page, across its classes. */
export interface ImageSelection {
  readonly images: ReadonlyMap<string, ImageKind>
  toggle(image: string, kind: ImageKind): void
  add(images: readonly string[], kind: ImageKind): void
  clear(): void
}

export function useImageSelection(): ImageSelection {
  const [images, setImages] = useState<ReadonlyMap<string, ImageKind>>(new Map())
  return {
    images,
    toggle: (image, kind) =>
      setImages((before) => {
        const after = new Map(before)
        if (!after.delete(image)) after.set(image, kind)
        return after
      }),
    add: (added, kind) =>
      setImages((before) => new Map([...before, ...added.map((image) => [image, kind] as const)])),
    clear: () => setImages(new Map()),
  }
}
