import type { EncodedData } from '../datasets/encoded-data.js'
import type { Encoder } from '../encoders/encoder.js'
import { errors } from '../errors.js'
import type { ComparisonRow } from '../store/comparisons.js'
import type { Store } from '../store/store.js'
import { comparisonFingerprint } from './comparison-fingerprint.js'

/** Throws CONTENTS_CHANGED if images, prompts or weights have changed since the comparison was requested. */
export async function requireSameContents(
  { store, encodedData }: { readonly store: Store; readonly encodedData: EncodedData },
  { datasetId, testDatasetId, lastImage, contents }: ComparisonRow,
  encoders: readonly Encoder[],
): Promise<void> {
  if (contents === null) return
  const [classes, images, testImages] = await Promise.all([
    encodedData.classes(datasetId),
    store.datasets.images(datasetId, undefined, lastImage),
    testDatasetId === null ? null : encodedData.testImages(testDatasetId, datasetId, lastImage),
  ])
  if (comparisonFingerprint({ encoders, classes, images, testImages }) !== contents)
    throw errors.contentsChanged({})
}
