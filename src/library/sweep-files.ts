import type { RunResults } from '../comparisons/run-results.js'
import type { FeatureStore } from '../features/feature-store.js'
import type { ArchiveFiles } from '../store/archive-files.js'
import type { ImageFiles } from '../store/image-files.js'
import type { RecoveryMarkers } from '../store/recovery-markers.js'
import type { Store } from '../store/store.js'

/** Removes files that are not in the database. A killed process may have left them. */
export async function sweepFiles(context: {
  readonly store: Store
  readonly imageFiles: ImageFiles
  readonly featureStore: FeatureStore
  readonly runResults: RunResults
  readonly archiveFiles: ArchiveFiles
  readonly recoveryMarkers: RecoveryMarkers
}): Promise<void> {
  const { store, imageFiles, featureStore, runResults, archiveFiles, recoveryMarkers } = context
  await archiveFiles.sweep(new Set((await store.imports.unfinished()).map(({ file }) => file)))
  const left = await recoveryMarkers.left()
  if (left.size === 0) return
  const knownImages = async (ids: readonly string[]) => new Set(await store.images.known(ids))
  await imageFiles.sweep(knownImages)
  if (left.has('deleting')) {
    await featureStore.keepOnly(knownImages)
    await runResults.sweep(async (ids) => new Set(await store.runs.known(ids)))
  }
  await recoveryMarkers.settle()
}
