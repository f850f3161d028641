import { errors } from '../errors.js'
import type { Split } from '../store/enums.js'
import { chunks, rowsPerStatement } from '../store/rows.js'
import type { Store } from '../store/store.js'
import type { DatasetContents } from './dataset-contents.js'

/** A list of a dataset's classes and images, from which the dataset can be rebuilt with the same files. */
export interface DatasetManifest {
  readonly format: 'shotboard-dataset'
  readonly version: 1
  readonly name: string
  /** From `DatasetContents`. */
  readonly fingerprint: string
  readonly classes: readonly { readonly name: string; readonly prompts: readonly string[] }[]
  readonly images: readonly {
    readonly sha256: string
    readonly class: string
    readonly split: Split
    readonly width: number
    readonly height: number
    readonly format: string
  }[]
}

/** A dataset's manifest, with the images in the order in which they were added. Throws UNKNOWN_DATASET. */
export async function manifestOf(
  { store, contents }: { readonly store: Store; readonly contents: DatasetContents },
  id: string,
): Promise<DatasetManifest> {
  const dataset = await store.datasets.get(id)
  if (!dataset) throw errors.unknownDataset({ id }, 'id')
  const classes = await store.datasets.classes(id)
  const last = await store.datasets.lastImage([id])
  const members = await store.datasets.images(id, undefined, last)
  const images: DatasetManifest['images'][number][] = []
  for await (const batch of chunks(members, rowsPerStatement)) {
    const known = new Map(
      (await store.images.getMany(batch.map(({ imageId }) => imageId))).map((image) => [image.id, image]),
    )
    for (const { imageId, classIndex, split } of batch) {
      const image = known.get(imageId)
      // Deleted since its membership was read.
      if (!image) continue
      const { width, height, format } = image
      images.push({
        sha256: imageId,
        class: classes[classIndex]?.name ?? '',
        split,
        width,
        height,
        format,
      })
    }
  }
  return {
    format: 'shotboard-dataset',
    version: 1,
    name: dataset.name,
    fingerprint: await contents.fingerprint(id, last),
    classes: classes.map(({ name, prompts }) => ({ name, prompts })),
    images,
  }
}
