import type { DatasetContents } from '../datasets/dataset-contents.js'
import type { EncodedData } from '../datasets/encoded-data.js'
import type { Encoder } from '../encoders/encoder.js'
import { errors, ShotboardError } from '../errors.js'
import type { ComparisonRow } from '../store/comparisons.js'
import type { RunRow } from '../store/runs.js'
import { comparisonFingerprints } from './comparison-fingerprint.js'

interface ContentsContext {
  readonly encodedData: EncodedData
  readonly contents: DatasetContents
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
  { encodedData, contents }: ContentsContext,
  { datasetId, testDatasetId, lastImage, contents: recorded }: ComparisonRow,
  encoders: readonly Encoder[],
  runs: readonly RunRow[],
): Promise<boolean> {
  if (recorded === null) return true
  try {
    const [current] = await comparisonFingerprints(contents, [encoders], {
      datasetId,
      classes: await encodedData.classes(datasetId),
      test:
        testDatasetId === null
          ? null
          : {
              datasetId: testDatasetId,
              indices: await encodedData.testClassIndices(testDatasetId, datasetId),
            },
      unknownDatasetId: runs[0]?.unknownDatasetId ?? null,
      lastImage,
    })
    return current === recorded
  } catch (error) {
    // A class of one of the two datasets was renamed, so they no longer have the same.
    if (error instanceof ShotboardError && error.code === 'CLASSES_DIFFER') return false
    throw error
  }
}
