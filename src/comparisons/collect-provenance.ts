import type { DatasetContents } from '../datasets/dataset-contents.js'
import type { Encoder } from '../encoders/encoder.js'
import type { EncoderGeneric } from '../generic/generics.js'
import type { Method } from '../methods/contract.js'
import type { FeatureSpace } from '../spaces/contract.js'
import type { ComparisonRow } from '../store/comparisons.js'
import type { ClassSizes } from '../store/runs.js'
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
  contents: DatasetContents,
  { datasetId, testDatasetId, lastImage, processor }: ComparisonRow,
): Promise<(encoder: Encoder) => ProvenanceOf> {
  const dataset = await contents.fingerprint(datasetId, lastImage)
  const testDataset = testDatasetId === null ? null : await contents.fingerprint(testDatasetId, lastImage)
  return (encoder) =>
    ({ hyperparameters }, { base, usesGeneric }, code, generic, prompts) => ({
      versions,
      encoder: { ...encoder.files },
      processor: encoder.processor(processor ?? undefined) ?? null,
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
