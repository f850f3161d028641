import { errors, ShotboardError } from '../errors.js'
import type { ChangedDataset } from '../store/changed-dataset.js'
import type { DatasetRow } from '../store/datasets.js'
import type { Split } from '../store/enums.js'
import { classFinder } from '../store/find-class.js'
import type { ImageFiles } from '../store/image-files.js'
import type { Store } from '../store/store.js'
import { firstRepeated } from '../system/first-repeated.js'
import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'
import {
  type ClassInput,
  defaultPrompts,
  type parseClass,
  parseClasses,
  parseDatasetName,
} from './class-input.js'
import { type ImageInput, readBytes, requireOneSource } from './image-input.js'
import type { ImageIntake } from './image-intake.js'
import { promptsOfFile } from './prompt-file.js'
import { promptsFrom, type TemplateChoice } from './prompt-templates.js'

export interface LabelledImageInput {
  readonly image: ImageInput
  /** The name of one of the dataset's classes. */
  readonly class: string
  readonly split: Split
}

export interface AddImagesResult {
  /** With the change, which can be undone; null if nothing was added. */
  readonly dataset: ChangedDataset
  readonly added: number
  /** Images that the dataset already has, or that were given twice. A dataset holds an image once, in one split. */
  readonly duplicates: number
  readonly rejected: readonly { readonly position: number; readonly code: string; readonly reason: string }[]
}

/** The intake passes places on; an image without a label has none, and its repository takes none. */
export const noPlace = { classIndex: -1, split: 'SUPPORT_POOL' } as const

export interface Datasets {
  /** Whether `addImages` is adding to the dataset. */
  isAddingTo(dataset: string): boolean
  /** Throws INVALID_VALUE, EMPTY_LIST, DUPLICATE_ENTRY or DATASET_EXISTS. */
  create(input: { readonly name: string; readonly classes: readonly ClassInput[] }): Promise<DatasetRow>
  /**
   * Adds images. An image that cannot be read is reported by its position, and the others are added.
   * Throws UNKNOWN_DATASET, UNKNOWN_CLASS, EMPTY_LIST or IMAGE_SOURCE_AMBIGUOUS, and then adds nothing.
   */
  addImages(input: {
    readonly dataset: string
    readonly images: readonly LabelledImageInput[]
    /** Whether a copy of a dataset is being made: then nothing is there to be undone. */
    readonly isCopy?: boolean
  }): Promise<AddImagesResult>
  /**
   * Adds images without a label, to be labelled later or never. Nothing is measured on them. As `addImages`, but without classes.
   */
  addUnlabelled(input: {
    readonly dataset: string
    readonly images: readonly ImageInput[]
  }): Promise<AddImagesResult>
  /**
   * Replaces the prompts of the given classes. A class given without prompts gets the default `a photo of a {name}.`
   * Image features do not depend on prompts, so they stay. Throws UNKNOWN_DATASET, UNKNOWN_CLASS, EMPTY_LIST,
   * INVALID_VALUE, DUPLICATE_ENTRY, or IN_USE while an unfinished comparison uses the current prompts.
   */
  setPrompts(input: {
    readonly dataset: string
    readonly classes: readonly ClassInput[]
  }): Promise<ChangedDataset>
  /**
   * Replaces the prompts of all classes: by a set of templates, own templates with `{}`, or a file of sentences. Throws as
   * `setPrompts`.
   */
  setAllPrompts(input: PromptSource & { readonly dataset: string }): Promise<PromptedDataset>
}

/** A dataset after its prompts were replaced. */
export interface PromptedDataset extends ChangedDataset {
  /** Names in the file of sentences that no class has: these sentences are not used. */
  readonly unusedPrompts: readonly string[]
}

/** Where the prompts of all classes come from: one of the three. */
export interface PromptSource extends TemplateChoice {
  /** The content of a file in the form of CuPL. */
  readonly file?: string | null
}

export function createDatasets(context: {
  readonly store: Store
  readonly imageFiles: ImageFiles
  readonly intake: ImageIntake
}): Datasets {
  const { store, intake } = context
  const adding = new Map<string, number>()

  /** Images are added by the numbers of their classes, which must not change meanwhile. */
  async function whileAdding<T>(dataset: string, work: () => Promise<T>): Promise<T> {
    adding.set(dataset, (adding.get(dataset) ?? 0) + 1)
    try {
      return await work()
    } finally {
      const left = (adding.get(dataset) ?? 1) - 1
      if (left > 0) adding.set(dataset, left)
      else adding.delete(dataset)
    }
  }

  async function setPrompts({
    dataset: id,
    classes,
  }: Parameters<Datasets['setPrompts']>[0]): Promise<ChangedDataset> {
    const dataset = await store.datasets.get(id)
    if (!dataset) throw errors.unknownDataset({ id }, 'dataset')
    if (classes.length === 0) throw errors.emptyList({ what: 'class' }, 'classes')
    const rows = await parseClasses(classes)
    const stored = await store.datasets.classes(id)
    const find = await classFinder(stored)
    const found: ReturnType<typeof parseClass>[] = []
    const yieldToEventLoop = createYieldToEventLoop()
    for (const [at, { name, prompts }] of rows.entries()) {
      await yieldToEventLoop()
      const known = find(name)
      if (!known)
        throw errors.unknownClass({ name, known: stored.map((each) => each.name) }, `classes[${at}].name`)
      // The default prompts are of the name, not of an id in its place.
      const isDefault = classes[at]?.prompts == null
      found.push({ name: known.name, prompts: isDefault ? defaultPrompts(known.name) : prompts })
    }
    const i = firstRepeated(found.map(({ name }) => name))
    const repeated = found[i]
    if (repeated) throw errors.duplicateEntry({ what: 'class', name: repeated.name }, `classes[${i}].name`)
    const comparison = await store.comparisons.unfinishedOf(id)
    if (comparison)
      throw errors.inUse({ what: `dataset "${dataset.name}"`, by: `comparison ${comparison.id}` }, 'dataset')
    return store.datasetChanges.setPrompts(id, found)
  }

  return {
    async create({ name, classes }) {
      const trimmed = parseDatasetName(name, 'name')
      if (classes.length === 0) throw errors.emptyList({ what: 'class' }, 'classes')
      const rows = await parseClasses(classes)
      const i = firstRepeated(rows.map((row) => row.name))
      const repeated = rows[i]
      if (repeated) throw errors.duplicateEntry({ what: 'class', name: repeated.name }, `classes[${i}].name`)
      const exists = errors.datasetExists({ name: trimmed }, 'name')
      if (await store.datasets.findByName(trimmed)) throw exists
      try {
        return await store.datasets.create(trimmed, rows)
      } catch (error) {
        // Another request may have created a dataset of this name since the check above.
        throw (await store.datasets.findByName(trimmed)) ? exists : error
      }
    },

    isAddingTo: (dataset) => adding.has(dataset),

    addImages: ({ dataset: id, images, isCopy = false }) =>
      whileAdding(id, async () => {
        const dataset = await store.datasets.get(id)
        if (!dataset) throw errors.unknownDataset({ id }, 'dataset')
        if (images.length === 0) throw errors.emptyList({ what: 'image' }, 'images')
        const classes = await store.datasets.classes(id)
        const find = await classFinder(classes)
        const classIndices = images.map((labelled, i) => {
          const index = find(labelled.class)?.index
          if (index === undefined) {
            const known = classes.map(({ name }) => name)
            throw errors.unknownClass({ name: labelled.class, known }, `images[${i}].class`)
          }
          try {
            requireOneSource(labelled.image)
          } catch (error) {
            throw error instanceof ShotboardError ? error.at(`images[${i}].image`) : error
          }
          return index
        })

        const incoming = images.map(({ image, split }, i) => ({
          read: () => readBytes(image, context),
          classIndex: classIndices[i] as number,
          split,
        }))
        return intake.store(incoming, async (good, rejected) => {
          if (isCopy) {
            const added = await store.datasets.addImages(id, good)
            return { dataset: { ...dataset, change: null }, added, duplicates: good.length - added, rejected }
          }
          const { added, ...changed } = await store.datasetChanges.addImages(id, good)
          return { dataset: changed, added, duplicates: good.length - added, rejected }
        })
      }),

    addUnlabelled: ({ dataset: id, images }) =>
      whileAdding(id, async () => {
        const dataset = await store.datasets.get(id)
        if (!dataset) throw errors.unknownDataset({ id }, 'dataset')
        if (images.length === 0) throw errors.emptyList({ what: 'image' }, 'images')
        for (const [i, image] of images.entries()) {
          try {
            requireOneSource(image)
          } catch (error) {
            throw error instanceof ShotboardError ? error.at(`images[${i}]`) : error
          }
        }
        const incoming = images.map((image) => ({ ...noPlace, read: () => readBytes(image, context) }))
        return intake.store(incoming, async (good, rejected) => {
          const { added, ...changed } = await store.unlabelledImages.addAsChange(id, good)
          return { dataset: changed, added, duplicates: good.length - added, rejected }
        })
      }),

    setPrompts,

    async setAllPrompts({ dataset: id, file, ...templates }) {
      if (!(await store.datasets.get(id))) throw errors.unknownDataset({ id }, 'dataset')
      if (file != null && (templates.set != null || templates.templates != null)) {
        throw errors.invalidValue({ reason: 'Give either a set, templates or a file.' }, 'file')
      }
      const promptsOf = file == null ? promptsFrom(templates) : undefined
      const names = (await store.datasets.classes(id)).map(({ name }) => name)
      if (!promptsOf) {
        const { classes, unused } = await promptsOfFile(file ?? '', names)
        return { ...(await setPrompts({ dataset: id, classes })), unusedPrompts: unused }
      }
      const classes: ClassInput[] = []
      const yieldToEventLoop = createYieldToEventLoop()
      for (const name of names) {
        await yieldToEventLoop()
        classes.push({ name, prompts: promptsOf(name) })
      }
      return { ...(await setPrompts({ dataset: id, classes })), unusedPrompts: [] }
    },
  }
}
