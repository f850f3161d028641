import { fingerprintDataset } from '../datasets/dataset-fingerprint.js'
import type { Encoder } from '../encoders/encoder.js'
import type { FeatureSpace } from '../spaces/contract.js'
import type { ComparisonRow } from '../store/comparisons.js'
import type { Store } from '../store/store.js'
import { versions } from '../version.js'
import type { Provenance } from './provenance.js'

/** Gives the provenance of a run by its encoder and its space. */
export type ProvenanceOf = (encoder: Encoder, space: FeatureSpace) => Provenance

/**
 * Fingerprints the datasets of a comparison, with the images up to its `lastImage`, once for all of its encoders and runs.
 */
export async function collectProvenance(
  store: Store,
  { datasetId, testDatasetId, lastImage }: ComparisonRow,
): Promise<ProvenanceOf> {
  const fingerprint = async (id: string): Promise<string> => {
    const classes = await store.datasets.classes(id)
    return fingerprintDataset(classes, await store.datasets.images(id, undefined, lastImage))
  }
  const dataset = await fingerprint(datasetId)
  const testDataset = testDatasetId === null ? null : await fingerprint(testDatasetId)
  return (encoder, { base }) => ({
    versions,
    encoder: { ...encoder.files },
    dataset,
    testDataset,
    adapter: encoder.adapters[base] ?? null,
  })
}
