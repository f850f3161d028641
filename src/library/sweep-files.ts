import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClassifierFiles } from '../classifiers/classifier-files.js'
import type { RunResults } from '../comparisons/run-results.js'
import { removeAbandonedModels } from '../encoders/abandoned-models.js'
import { addedModelsFolder } from '../encoders/encoders.js'
import type { FeatureStore } from '../features/feature-store.js'
import type { ArchiveFiles } from '../store/archive-files.js'
import type { ImageFiles } from '../store/image-files.js'
import type { RecoveryMarkers } from '../store/recovery-markers.js'
import type { Store } from '../store/store.js'
import type { Trash } from '../store/trash.js'
import { removePartials } from '../system/write-atomically.js'

/** Files that the database does not name are deleted so many days after they were found. */
const daysInTrash = 7

/**
 * Clears away what a killed process may have left: partial files are removed, and files that are not in the database go to the
 * trash. The data folder is locked, and the database is its own, so nobody else knows these files.
 */
export async function sweepFiles(context: {
  readonly dataDirectory: string
  readonly trash: Trash
  readonly store: Store
  readonly imageFiles: ImageFiles
  readonly featureStore: FeatureStore
  readonly runResults: RunResults
  readonly classifierFiles: ClassifierFiles
  readonly archiveFiles: ArchiveFiles
  readonly recoveryMarkers: RecoveryMarkers
}): Promise<void> {
  const { store, imageFiles, featureStore, runResults, archiveFiles, recoveryMarkers, trash } = context
  const { dataDirectory } = context
  await trash.empty(daysInTrash)
  await removePartials(dataDirectory)
  for (const kind of ['runs', 'classifiers', 'archives']) await removePartials(join(dataDirectory, kind))
  for (const parent of ['adapters', 'trainings', 'classifications']) {
    const folders = await readdir(join(dataDirectory, parent)).catch(() => [])
    for (const folder of folders) await removePartials(join(dataDirectory, parent, folder))
  }
  await removeAbandonedModels(addedModelsFolder(dataDirectory))
  await archiveFiles.sweep(new Set((await store.imports.unfinished()).map(({ file }) => file)), trash)
  await removeOldDownloads(join(dataDirectory, 'hub'))
  const { classifierFiles } = context
  await classifierFiles.sweep(async (ids) => new Set(await store.classifiers.knownVersions(ids)), trash)
  await sweepClassifications(dataDirectory, store, trash)
  const left = await recoveryMarkers.left()
  if (left.size === 0) return
  const knownImages = async (ids: readonly string[]) => new Set(await store.images.known(ids))
  await imageFiles.sweep(knownImages, trash)
  if (left.has('deleting')) {
    await featureStore.keepOnly(knownImages)
    await runResults.sweep(async (ids) => new Set(await store.runs.known(ids)), trash)
  }
  await recoveryMarkers.settle()
}

/** Moves the answers of classifications that were deleted to the trash. */
async function sweepClassifications(dataDirectory: string, store: Store, trash: Trash): Promise<void> {
  const parent = 'classifications'
  const ids = await readdir(join(dataDirectory, parent)).catch(() => [])
  const known = new Set((await store.datasetClassifications.getMany(ids)).map(({ id }) => id))
  await trash.discard(
    parent,
    ids.filter((id) => !known.has(id)).map((id) => join(parent, id)),
  )
}

/** Removes downloads that no import came for. */
async function removeOldDownloads(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    const folder = join(directory, name)
    const age = Date.now() - (await stat(folder)).mtimeMs
    if (age > daysInTrash * 24 * 3600 * 1000) await rm(folder, { recursive: true, force: true })
  }
}
