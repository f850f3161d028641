import type { EncodedData } from '../datasets/encoded-data.js'
import type { Encoder } from '../encoders/encoder.js'
import { errors, ShotboardError } from '../errors.js'
import type { ComparisonRow } from '../store/comparisons.js'
import type { RunRow } from '../store/runs.js'
import type { Store } from '../store/store.js'
import { comparisonFingerprint } from './comparison-fingerprint.js'

interface ContentsContext {
  readonly store: Store
  readonly encodedData: EncodedData
}

/** Throws CONTENTS_CHANGED if images, prompts or weights have changed since the comparison was requested. */
export async function requireSameContents(
  context: ContentsContext,
  comparison: ComparisonRow,
  encoders: readonly Encoder[],
  runs: readonly RunRow[],
): Promise<void> {
  if (!(await hasSameContents(context, comparison, encoders, runs))) throw errors.contentsChanged({})
}

/**
 * Whether classes, prompts, images and weights are those with which the comparison was requested. Images that were added later
 * do not count. An early version did not record them; then nothing is known to have changed.
 */
export async function hasSameContents(
  { store, encodedData }: ContentsContext,
  { datasetId, testDatasetId, lastImage, contents }: ComparisonRow,
  encoders: readonly Encoder[],
  runs: readonly RunRow[],
): Promise<boolean> {
  if (contents === null) return true
  const unknown = runs[0]?.unknownDatasetId ?? null
  try {
    const [classes, images, testImages, unknownImages] = await Promise.all([
      encodedData.classes(datasetId),
      store.datasets.images(datasetId, undefined, lastImage),
      testDatasetId === null ? null : encodedData.testImages(testDatasetId, datasetId, lastImage),
      unknown === null ? null : store.datasets.images(unknown, 'TEST', lastImage),
    ])
    return comparisonFingerprint({ encoders, classes, images, testImages, unknownImages }) === contents
  } catch (error) {
    // A class of one of the two datasets was renamed, so they no longer have the same.
    if (error instanceof ShotboardError && error.code === 'CLASSES_DIFFER') return false
    throw error
  }
}
