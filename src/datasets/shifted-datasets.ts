import { errors } from '../errors.js'
import type { ShiftKind, ShiftStrength } from '../images/shift-kinds.js'
import type { ImageWorkers } from '../images/workers/image-workers.js'
import type { DatasetRow } from '../store/datasets.js'
import type { ImageFiles } from '../store/image-files.js'
import type { Store } from '../store/store.js'
import type { Datasets } from './datasets.js'

export interface ShiftInput {
  readonly dataset: string
  readonly kind: ShiftKind
  readonly strength: ShiftStrength
}

export interface ShiftedDataset {
  readonly dataset: DatasetRow
  readonly added: number
}

/** Images that are shifted and added in one step. The limit keeps memory use bounded. */
const imagesPerStep = 128

/**
 * Makes a shifted copy of a dataset: a dataset with the same classes and shifted test images (blur, noise, less contrast or
 * lower resolution), to use as `testDataset` of a comparison. The copy is named after its source and the shift, for example
 * "Birds, blur 2". Making it again adds only the missing images. The result is deterministic. Throws UNKNOWN_DATASET,
 * NO_TEST_SPLIT, or DATASET_EXISTS if a dataset of that name has other classes.
 */
export function createShiftedDatasets({
  store,
  datasets,
  imageFiles,
  imageWorkers,
}: {
  readonly store: Store
  readonly datasets: Datasets
  readonly imageFiles: ImageFiles
  readonly imageWorkers: ImageWorkers
}): (input: ShiftInput) => Promise<ShiftedDataset> {
  async function findOrCreate(name: string, source: string): Promise<DatasetRow> {
    const classes = await store.datasets.classes(source)
    const known = await store.datasets.findByName(name)
    if (!known) return datasets.create({ name, classes })
    const existing = await store.datasets.classes(known.id)
    const same =
      existing.length === classes.length && existing.every((each, i) => each.name === classes[i]?.name)
    if (!same) throw errors.datasetExists({ name }, 'dataset')
    return known
  }

  return async ({ dataset: id, kind, strength }) => {
    const source = await store.datasets.get(id)
    if (!source) throw errors.unknownDataset({ id }, 'dataset')
    const images = await store.datasets.images(id, 'TEST')
    if (images.length === 0) throw errors.noTestSplit({ dataset: source.name }, 'dataset')
    const copy = await findOrCreate(`${source.name}, ${kind} ${strength}`, id)
    const classes = await store.datasets.classes(id)
    let added = 0
    for (let from = 0; from < images.length; from += imagesPerStep) {
      const step = images.slice(from, from + imagesPerStep).map(({ imageId, classIndex }) => ({
        image: {
          upload: {
            read: async () => {
              const bytes = await imageFiles.read(imageId)
              return Buffer.from(await imageWorkers.shift({ bytes, kind, strength, seed: imageId }))
            },
          },
        },
        class: classes[classIndex]?.name ?? '',
        split: 'TEST' as const,
      }))
      added += (await datasets.addImages({ dataset: copy.id, images: step, isCopy: true })).added
    }
    return { dataset: copy, added }
  }
}
