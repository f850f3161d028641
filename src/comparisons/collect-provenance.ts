import { fingerprintDataset } from '../datasets/dataset-fingerprint.js'
import type { Encoder } from '../encoders/encoder.js'
import type { EncoderGeneric } from '../generic/generics.js'
import type { Method } from '../methods/contract.js'
import type { FeatureSpace } from '../spaces/contract.js'
import type { ComparisonRow } from '../store/comparisons.js'
import type { ClassSizes } from '../store/runs.js'
import type { Store } from '../store/store.js'
import { versions } from '../version.js'
import type { Provenance, RunCode } from './provenance.js'

/** Gives the provenance of a run by its method, its space, their code and the prompts. */
export type ProvenanceOf = (
  method: Method,
  space: FeatureSpace,
  code: RunCode,
  generic: Pick<EncoderGeneric, 'sources'> | null,
  prompts: ClassSizes,
) => Provenance

/**
 * Fingerprints the datasets of a comparison, with the images up to its `lastImage`, once for all of its encoders and runs.
 */
export async function collectProvenance(
  store: Store,
  { datasetId, testDatasetId, lastImage }: ComparisonRow,
): Promise<(encoder: Encoder) => ProvenanceOf> {
  const fingerprint = async (id: string): Promise<string> => {
    const classes = await store.datasets.classes(id)
    return fingerprintDataset(classes, await store.datasets.images(id, undefined, lastImage))
  }
  const dataset = await fingerprint(datasetId)
  const testDataset = testDatasetId === null ? null : await fingerprint(testDatasetId)
  return (encoder) =>
    ({ hyperparameters }, { base, usesGeneric }, code, generic, prompts) => ({
      versions,
      encoder: { ...encoder.files },
      dataset,
      testDataset,
      generic: usesGeneric && generic ? generic.sources.map((source) => ({ ...source })) : null,
      adapter: encoder.adapters[base] ?? null,
      code,
      prompts: { ...prompts },
      hyperparameters: Object.fromEntries(
        Object.entries(hyperparameters).map(([name, { kind, default: standard, grid }]) => [
          name,
          { kind, default: standard, grid: [...grid] },
        ]),
      ),
    })
}
