import type { EncodedData } from '../datasets/encoded-data.js'
import type { Encoder } from '../encoders/encoder.js'
import { errors } from '../errors.js'
import type { ComparisonRow } from '../store/comparisons.js'
import type { RunRow } from '../store/runs.js'
import type { Store } from '../store/store.js'
import { comparisonFingerprint } from './comparison-fingerprint.js'

/** Throws CONTENTS_CHANGED if images, prompts or weights have changed since the comparison was requested. */
export async function requireSameContents(
  { store, encodedData }: { readonly store: Store; readonly encodedData: EncodedData },
  { datasetId, testDatasetId, lastImage, contents }: ComparisonRow,
  encoders: readonly Encoder[],
  runs: readonly RunRow[],
): Promise<void> {
  if (contents === null) return
  const unknown = runs[0]?.unknownDatasetId ?? null
  const [classes, images, testImages, unknownImages] = await Promise.all([
    encodedData.classes(datasetId),
    store.datasets.images(datasetId, undefined, lastImage),
    testDatasetId === null ? null : encodedData.testImages(testDatasetId, datasetId, lastImage),
    unknown === null ? null : store.datasets.images(unknown, 'TEST', lastImage),
  ])
  if (comparisonFingerprint({ encoders, classes, images, testImages, unknownImages }) !== contents)
    throw errors.contentsChanged({})
}
