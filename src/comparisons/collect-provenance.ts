import { fingerprintDataset } from '../datasets/dataset-fingerprint.js'
import type { Encoder } from '../encoders/encoder.js'
import type { FeatureSpace } from '../spaces/contract.js'
import type { ComparisonRow } from '../store/comparisons.js'
import type { Store } from '../store/store.js'
import { versions } from '../version.js'
import type { Provenance } from './provenance.js'

/**
 * Returns a function that gives the provenance of a run by its space. Datasets are fingerprinted once, with the images up
 * to the comparison's `lastImage`.
 */
export async function provenanceOf(
  store: Store,
  { datasetId, testDatasetId, lastImage }: ComparisonRow,
  encoder: Encoder,
): Promise<(space: FeatureSpace) => Provenance> {
  const fingerprint = async (id: string): Promise<string> => {
    const classes = await store.datasets.classes(id)
    return fingerprintDataset(classes, await store.datasets.images(id, undefined, lastImage))
  }
  const shared = {
    versions,
    encoder: { ...encoder.files },
    dataset: await fingerprint(datasetId),
    testDataset: testDatasetId === null ? null : await fingerprint(testDatasetId),
  }
  return ({ base }) => ({ ...shared, adapter: encoder.adapters[base] ?? null })
}
