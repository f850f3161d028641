import type { Comparisons } from '../comparisons/comparisons.js'
import type { RunResults } from '../comparisons/run-results.js'
import type { ImageIntake } from '../datasets/image-intake.js'
import type { Imports } from '../datasets/importing/imports.js'
import { errors } from '../errors.js'
import type { FeatureStore } from '../features/feature-store.js'
import { augmentationRecipe } from '../images/augmentation.js'
import type { Deleted } from '../store/deletions.js'
import type { RecoveryMarkers } from '../store/recovery-markers.js'
import type { Store } from '../store/store.js'

/**
 * Deletes things with what only they used, and nothing else: rows first and in one transaction, files after. What a kill
 * leaves between the two is swept at the next start.
 */
export interface Deletions {
  /**
   * A dataset with its support sets, with the comparisons that were made or tested on it, and with the images and features
   * that no other dataset has. Throws UNKNOWN_DATASET, or IN_USE while a comparison or an import works with it.
   */
  dataset(id: string): Promise<void>
  /**
   * A support set with the augmented views that no other has; its images belong to the dataset and stay. Results that were
   * measured on it stay as well. Throws UNKNOWN_SUPPORT_SET, or IN_USE while a comparison works with it.
   */
  supportSet(id: string): Promise<void>
  /** A comparison with the runs that no other has. Throws UNKNOWN_COMPARISON, or IN_USE while it has not ended. */
  comparison(id: string): Promise<void>
}

export interface DeletionsContext {
  readonly store: Store
  readonly intake: ImageIntake
  readonly featureStore: FeatureStore
  readonly runResults: RunResults
  readonly imports: Imports
  readonly comparisons: Comparisons
  readonly recoveryMarkers: RecoveryMarkers
}

export function createDeletions(context: DeletionsContext): Deletions {
  const { store, intake, featureStore, runResults, imports, comparisons, recoveryMarkers } = context

  async function removeFiles({ images, runs }: Deleted): Promise<void> {
    await runResults.remove(runs)
    if (images.length === 0) return
    const gone = new Set(images)
    await featureStore.retain(async (ids) => new Set(ids.filter((id) => !gone.has(id))))
    await intake.forget(images)
  }

  return {
    async dataset(id) {
      if (imports.isAddingTo(id)) throw errors.inUse({ what: `dataset ${id}`, by: 'an import' }, 'id')
      await recoveryMarkers.during('deleting', async () => removeFiles(await store.deletions.dataset(id)))
    },
    async supportSet(id) {
      await recoveryMarkers.during('deleting', async () => {
        const { encoder, augmentations, images } = await store.deletions.supportSet(id)
        // Plain features are the images' own.
        if (augmentations === 1 || images.length === 0) return
        const gone = new Set(images)
        const recipe = augmentationRecipe(augmentations).id
        await featureStore.retain(
          async (ids) => new Set(ids.filter((image) => !gone.has(image))),
          (address) => address.recipe === recipe && address.encoder.startsWith(`${encoder}-`),
        )
      })
    },
    async comparison(id) {
      const found = await store.comparisons.get(id)
      // One that has just been cancelled may be on its last step.
      if (found?.status === 'CANCELLED') await comparisons.ended(id)
      await recoveryMarkers.during('deleting', async () => removeFiles(await store.deletions.comparison(id)))
    },
  }
}
