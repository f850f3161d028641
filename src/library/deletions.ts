import type { Comparisons } from '../comparisons/comparisons.js'
import type { RunResults } from '../comparisons/run-results.js'
import type { ImageIntake } from '../datasets/image-intake.js'
import { errors } from '../errors.js'
import type { FeatureStore } from '../features/feature-store.js'
import { augmentationRecipe } from '../images/augmentation.js'
import type { ChangedDataset } from '../store/changed-dataset.js'
import type { DatasetRow } from '../store/datasets.js'
import type { Deleted } from '../store/deletions.js'
import type { RecoveryMarkers } from '../store/recovery-markers.js'
import type { Store } from '../store/store.js'

/**
 * Deletes things together with everything that only they use. Rows are deleted first, in one transaction, then files. If
 * the process is killed in between, the next start removes the files.
 */
export interface Deletions {
  /**
   * Deletes a class with its images. They are kept for 7 days, so that it can be undone. Throws UNKNOWN_DATASET, UNKNOWN_CLASS,
   * INVALID_VALUE for the last class, IN_USE, or HAS_RESULTS while a comparison or a support set refers to the classes by number.
   */
  class(input: { readonly dataset: string; readonly class: string }): Promise<ChangedDataset>
  /**
   * Removes images from a dataset, with a label or without. They are kept for 7 days, so that it can be undone. Results and support
   * sets keep naming them. Throws UNKNOWN_DATASET, EMPTY_LIST, UNKNOWN_IMAGE or IN_USE.
   */
  images(input: { readonly dataset: string; readonly images: readonly string[] }): Promise<ChangedDataset>
  /**
   * Deletes what undoing the changes of a dataset needs, with the images that they removed and no dataset has. Throws
   * UNKNOWN_DATASET.
   */
  changes(dataset: string): Promise<DatasetRow>
  /** The same for all changes that are too old to be undone. */
  oldChanges(): Promise<void>
  /**
   * Deletes a dataset with its support sets, the comparisons made or tested on it, and the images and features that no other
   * dataset has. Throws UNKNOWN_DATASET, or IN_USE while a comparison, an import or a training uses it.
   */
  dataset(id: string): Promise<void>
  /**
   * Deletes a support set with the features of augmented views that no other support set has. Its images, which belong to
   * the dataset, and the results measured on it stay. Throws UNKNOWN_SUPPORT_SET, or IN_USE while a comparison uses it.
   */
  supportSet(id: string): Promise<void>
  /** Deletes the comparisons that were put away too long ago to be taken back. */
  discarded(): Promise<void>
  /** Deletes a comparison with the runs that no other has. Throws UNKNOWN_COMPARISON, or IN_USE while it has not ended. */
  comparison(id: string): Promise<void>
}

/** For so many days a change of a dataset can be undone, and images that were removed are kept. */
export const daysToUndo = 7
const msPerDay = 86_400_000

export interface DeletionsContext {
  readonly store: Store
  readonly intake: ImageIntake
  readonly featureStore: FeatureStore
  readonly runResults: RunResults
  /** Whether images are being added to a dataset. */
  readonly isAddingTo: (dataset: string) => boolean
  readonly comparisons: Comparisons
  readonly recoveryMarkers: RecoveryMarkers
}

export function createDeletions(context: DeletionsContext): Deletions {
  const { store, intake, featureStore, runResults, comparisons, recoveryMarkers } = context

  async function removeFiles({ images, runs }: Deleted): Promise<void> {
    if (runs.length > 0) await runResults.remove(runs)
    if (images.length === 0) return
    const deleted = new Set(images)
    await featureStore.keepOnly(async (ids) => new Set(ids.filter((id) => !deleted.has(id))))
    await intake.removeImages(images)
  }

  const forget = (which: Parameters<Store['recordedChanges']['forget']>[0]): Promise<void> =>
    recoveryMarkers.during('deleting', async () =>
      removeFiles({ images: await store.recordedChanges.forget(which), runs: [] }),
    )

  function requireNotAdding(id: string, argument: string): void {
    if (context.isAddingTo(id))
      throw errors.inUse({ what: `dataset ${id}`, by: 'images that are being added' }, argument)
  }

  async function comparison(id: string): Promise<void> {
    const found = await store.comparisons.get(id)
    // The job of a cancelled comparison may still be stopping.
    if (found?.status === 'CANCELLED') await comparisons.ended(id)
    await recoveryMarkers.during('deleting', async () => removeFiles(await store.deletions.comparison(id)))
  }

  async function discarded(): Promise<void> {
    const ids = await store.comparisons.discardedBefore(new Date(Date.now() - daysToUndo * msPerDay))
    for (const id of ids) await comparison(id)
  }

  return {
    async class({ dataset, class: name }) {
      requireNotAdding(dataset, 'dataset')
      return store.datasetChanges.deleteClass(dataset, name)
    },
    async images({ dataset, images: ids }) {
      if (ids.length === 0) throw errors.emptyList({ what: 'image' }, 'images')
      requireNotAdding(dataset, 'dataset')
      return store.datasetChanges.removeImages(dataset, ids)
    },
    async changes(id) {
      const dataset = await store.datasets.get(id)
      if (!dataset) throw errors.unknownDataset({ id }, 'dataset')
      await forget({ datasetId: id })
      return dataset
    },
    oldChanges: () => forget({ before: new Date(Date.now() - daysToUndo * msPerDay) }),
    async dataset(id) {
      requireNotAdding(id, 'id')
      await recoveryMarkers.during('deleting', async () => removeFiles(await store.deletions.dataset(id)))
    },
    async supportSet(id) {
      await recoveryMarkers.during('deleting', async () => {
        const { encoder, augmentations, images } = await store.deletions.supportSet(id)
        // Features without augmentation belong to the images, which stay.
        if (augmentations === 1 || images.length === 0) return
        const deleted = new Set(images)
        const recipe = augmentationRecipe(augmentations).id
        await featureStore.keepOnly(
          async (ids) => new Set(ids.filter((image) => !deleted.has(image))),
          (address) => address.recipe === recipe && address.encoder.startsWith(`${encoder}-`),
        )
      })
    },
    discarded,
    comparison,
  }
}
