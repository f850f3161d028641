import { errors } from '../errors.js'
import type { ChangedDataset } from '../store/changed-dataset.js'
import type { DatasetRow } from '../store/datasets.js'
import type { Split } from '../store/enums.js'
import type { Store } from '../store/store.js'
import { type ClassInput, defaultPrompts, parseClass, parseDatasetName } from './class-input.js'

/**
 * Mends a dataset that has images. Classes are given by their names or ids. Each call throws UNKNOWN_DATASET, or IN_USE while a job works with the dataset, and then
 * changes nothing. Each returns its change, which `undo` takes back.
 */
export interface Curation {
  /** Throws INVALID_VALUE or DATASET_EXISTS. */
  rename(input: { readonly dataset: string; readonly name: string }): Promise<ChangedDataset>
  /**
   * Renames a class. Its prompts stay, unless they are the default of the old name; then they become that of the new one. Throws
   * INVALID_VALUE, UNKNOWN_CLASS or CLASS_EXISTS.
   */
  renameClass(input: {
    readonly dataset: string
    readonly class: string
    readonly name: string
  }): Promise<ChangedDataset>
  /** Adds a class without images, after the others. Throws INVALID_VALUE, EMPTY_LIST or CLASS_EXISTS. */
  addClass(input: { readonly dataset: string; readonly class: ClassInput }): Promise<ChangedDataset>
  /**
   * Moves all images of `class` to the class `into`, and deletes `class`. Throws INVALID_VALUE, UNKNOWN_CLASS, or HAS_RESULTS
   * while a comparison or a support set refers to the classes by number.
   */
  mergeClasses(input: {
    readonly dataset: string
    readonly class: string
    readonly into: string
  }): Promise<ChangedDataset>
  /**
   * Gives images another class, another split, or both: all of them or none. What was measured on them stays as it was. Throws
   * INVALID_VALUE, EMPTY_LIST, UNKNOWN_IMAGE or UNKNOWN_CLASS.
   */
  moveImages(input: {
    readonly dataset: string
    readonly images: readonly string[]
    readonly class?: string | null
    readonly split?: Split | null
  }): Promise<ChangedDataset>
  /**
   * Gives images without a label a class and a split: all of them or none. Jobs may go on. Throws
   * EMPTY_LIST, UNKNOWN_CLASS, or UNKNOWN_IMAGE for an image that is not among those without a label.
   */
  labelImages(input: {
    readonly dataset: string
    readonly images: readonly string[]
    readonly class: string
    readonly split: Split
  }): Promise<ChangedDataset>
  /** Takes the labels off images, which stay in the dataset. Throws EMPTY_LIST or UNKNOWN_IMAGE. */
  unlabelImages(input: {
    readonly dataset: string
    readonly images: readonly string[]
  }): Promise<ChangedDataset>
  /**
   * Undoes a change: everything is as it was before, also the order of images and classes. Throws UNKNOWN_CHANGE, CANNOT_UNDO if
   * it was undone already or the dataset has changed since, DATASET_EXISTS, IN_USE, or HAS_RESULTS if it would renumber the
   * classes of a comparison or a support set.
   */
  undo(change: string): Promise<DatasetRow>
}

/** `isAddingTo` tells that images are being added to a dataset, by the numbers that its classes had. */
export function createCuration(context: {
  readonly store: Store
  readonly isAddingTo: (dataset: string) => boolean
}): Curation {
  const { datasetChanges } = context.store

  function requireNotAdding(id: string): void {
    if (context.isAddingTo(id))
      throw errors.inUse({ what: `dataset ${id}`, by: 'images that are being added' }, 'dataset')
  }

  return {
    async rename({ dataset, name }) {
      const parsed = parseDatasetName(name, 'name')
      requireNotAdding(dataset)
      return datasetChanges.rename(dataset, parsed)
    },
    async renameClass({ dataset, class: from, name }) {
      const to = parseClass({ name }, 'class').name
      requireNotAdding(dataset)
      const names = { name: to, prompts: defaultPrompts(to), from: defaultPrompts }
      return datasetChanges.renameClass(dataset, from, names)
    },
    async addClass({ dataset, class: input }) {
      const added = parseClass(input, 'class')
      requireNotAdding(dataset)
      return datasetChanges.addClass(dataset, added)
    },
    async mergeClasses({ dataset, class: from, into }) {
      requireNotAdding(dataset)
      return datasetChanges.mergeClasses(dataset, from, into)
    },
    async moveImages({ dataset, images, class: className, split }) {
      if (images.length === 0) throw errors.emptyList({ what: 'image' }, 'images')
      if (className == null && split == null) {
        throw errors.invalidValue({ reason: 'Give a class, a split, or both.' }, 'class')
      }
      requireNotAdding(dataset)
      return datasetChanges.moveImages(dataset, images, {
        className: className ?? undefined,
        split: split ?? undefined,
      })
    },
    async labelImages({ dataset, images, class: className, split }) {
      if (images.length === 0) throw errors.emptyList({ what: 'image' }, 'images')
      return context.store.unlabelledImages.label(dataset, images, { className, split })
    },
    async unlabelImages({ dataset, images }) {
      if (images.length === 0) throw errors.emptyList({ what: 'image' }, 'images')
      requireNotAdding(dataset)
      return datasetChanges.unlabelImages(dataset, images)
    },
    async undo(change) {
      const [found] = await context.store.recordedChanges.getMany([change])
      if (!found) throw errors.unknownChange({ id: change }, 'id')
      requireNotAdding(found.datasetId)
      return context.store.recordedChanges.undo(change)
    },
  }
}
