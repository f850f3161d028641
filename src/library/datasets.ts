import pLimit from 'p-limit'
import { errors, ShotboardError } from '../errors.js'
import type { DatasetRow, NewImage } from '../store/datasets.js'
import type { Split } from '../store/generated/sqlite/enums.js'
import { type ImageFiles, imageIdOf } from '../store/image-files.js'
import type { Store } from '../store/store.js'
import { checkImage, type ImageInput, readBytes, requireOneSource } from './image-input.js'

export interface ClassInput {
  readonly name: string
  /** Texts that describe an image of the class; `a photo of a {name}.` where none is given. */
  readonly prompts?: readonly string[] | null
}

export interface LabelledImageInput {
  readonly image: ImageInput
  /** The name of one of the dataset's classes. */
  readonly class: string
  readonly split: Split
}

export interface AddImagesResult {
  readonly dataset: DatasetRow
  readonly added: number
  /** Images that the dataset has already, or that were given twice; an image stands in one split once. */
  readonly duplicates: number
  readonly rejected: readonly { readonly position: number; readonly code: string; readonly reason: string }[]
}

export interface Datasets {
  /** Throws INVALID_VALUE, EMPTY_LIST, DUPLICATE_ENTRY or DATASET_EXISTS. */
  create(input: { readonly name: string; readonly classes: readonly ClassInput[] }): Promise<DatasetRow>
  /**
   * Adds images. One that cannot be read is reported by its position and does not stop the others.
   * Throws UNKNOWN_DATASET, UNKNOWN_CLASS, EMPTY_LIST or IMAGE_SOURCE_AMBIGUOUS, and then adds nothing.
   */
  addImages(input: {
    readonly dataset: string
    readonly images: readonly LabelledImageInput[]
  }): Promise<AddImagesResult>
}

/** Images that are read and decoded at the same time. */
const imagesInFlight = 4

export function createDatasets(context: {
  readonly store: Store
  readonly imageFiles: ImageFiles
  readonly maxMegapixels: number
}): Datasets {
  const { store, imageFiles } = context
  // Two requests with the same image at once must not both insert it.
  const oneAtATime = pLimit(1)

  return {
    async create({ name, classes }) {
      const trimmed = name.trim()
      if (trimmed === '') throw errors.invalidValue({ reason: 'A dataset needs a name.' }, 'name')
      if (classes.length === 0) throw errors.emptyList({ what: 'class' }, 'classes')
      const rows = classes.map(parseClass)
      const names = rows.map((row) => row.name)
      names.forEach((each, i) => {
        if (names.indexOf(each) !== i) {
          throw errors.duplicateEntry({ what: 'class', name: each }, `classes[${i}].name`)
        }
      })
      if (await store.datasets.byName(trimmed)) throw errors.datasetExists({ name: trimmed }, 'name')
      return store.datasets.create(trimmed, rows)
    },

    async addImages({ dataset: id, images }) {
      const [dataset] = await store.datasets.byIds([id])
      if (!dataset) throw errors.unknownDataset({ id }, 'dataset')
      if (images.length === 0) throw errors.emptyList({ what: 'image' }, 'images')
      const classes = (await store.datasets.classes([id])).get(id) ?? []
      const known = classes.map(({ name }) => name)
      images.forEach((labelled, i) => {
        if (!known.includes(labelled.class)) {
          throw errors.unknownClass({ name: labelled.class, known }, `images[${i}].class`)
        }
        try {
          requireOneSource(labelled.image)
        } catch (error) {
          throw error instanceof ShotboardError ? error.at(`images[${i}].image`) : error
        }
      })

      const rejected: { position: number; code: string; reason: string }[] = []
      const limit = pLimit(imagesInFlight)
      /** Does something for every image; one for which it throws is rejected and left out from there on. */
      const forEach = <T, R>(items: readonly (T | undefined)[], work: (item: T, i: number) => Promise<R>) =>
        Promise.all(
          items.map((item, position) =>
            limit(async () => {
              if (item === undefined) return undefined
              try {
                return await work(item, position)
              } catch (error) {
                if (!(error instanceof ShotboardError)) throw error
                rejected.push({ position, code: error.code, reason: error.message })
                return undefined
              }
            }),
          ),
        )

      const files = await forEach(images, async ({ image }) => {
        const bytes = await readBytes(image, context)
        return { bytes, imageId: imageIdOf(bytes) }
      })
      // An image that is stored has been checked when it came.
      const stored = await store.images.byIds(files.flatMap((file) => (file ? [file.imageId] : [])))
      const storedById = new Map(stored.map((row) => [row.id, row]))
      const read = await forEach(files, async ({ bytes, imageId }, i): Promise<NewImage> => {
        const labelled = images[i] as LabelledImageInput
        const { width, height, format } = storedById.get(imageId) ?? (await checkImage(bytes, context))
        if (!storedById.has(imageId)) await imageFiles.write(bytes)
        const classIndex = known.indexOf(labelled.class)
        return { imageId, width, height, format, bytes: bytes.length, classIndex, split: labelled.split }
      })
      const good = read.filter((image) => image !== undefined)
      const added = await oneAtATime(() => store.datasets.addImages(id, good))
      rejected.sort((a, b) => a.position - b.position)
      return { dataset, added, duplicates: good.length - added, rejected }
    },
  }
}

function parseClass({ name, prompts }: ClassInput, i: number): { name: string; prompts: string[] } {
  const trimmed = name.trim()
  if (trimmed === '') throw errors.invalidValue({ reason: 'A class needs a name.' }, `classes[${i}].name`)
  if (prompts == null) return { name: trimmed, prompts: [`a photo of a ${trimmed}.`] }
  if (prompts.length === 0) throw errors.emptyList({ what: 'prompt' }, `classes[${i}].prompts`)
  const empty = prompts.findIndex((prompt) => prompt.trim() === '')
  if (empty >= 0) {
    throw errors.invalidValue({ reason: 'A prompt must not be empty.' }, `classes[${i}].prompts[${empty}]`)
  }
  return { name: trimmed, prompts: [...prompts] }
}
