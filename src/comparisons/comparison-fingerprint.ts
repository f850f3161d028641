import type { DatasetContents } from '../datasets/dataset-contents.js'
import type { Encoder } from '../encoders/encoder.js'
import type { ClassRow } from '../store/datasets.js'

/** Everything on which a comparison's results depend, apart from the request and the encoders. */
export interface ComparisonContents {
  readonly datasetId: string
  readonly classes: readonly ClassRow[]
  /** The dataset of the test images and the indices of its classes in the other one; null if there is no other. */
  readonly test: { readonly datasetId: string; readonly indices: Int32Array } | null
  /** The dataset of the images of no class; null if there is none. */
  readonly unknownDatasetId: string | null
  /** The position of the last image that counts. */
  readonly lastImage: number | null
}

/** A short hash of a comparison's contents for each set of encoders. It changes with any image, prompt or weight. */
export const comparisonFingerprints = (
  contents: DatasetContents,
  encoderSets: readonly (readonly Pick<Encoder, 'fingerprint'>[])[],
  { datasetId, classes, test, unknownDatasetId, lastImage: last }: ComparisonContents,
): Promise<string[]> =>
  contents.fingerprintsOf(
    encoderSets.map((encoders) => [
      encoders.map(({ fingerprint }) => fingerprint).join(),
      // No result depends on the ids, which every database makes anew.
      classes.map(({ index, name, prompts }) => ({ index, name, prompts })),
    ]),
    [
      { datasetId, last },
      test && { ...test, split: 'TEST', last },
      ...(unknownDatasetId === null ? [] : [{ datasetId: unknownDatasetId, split: 'TEST', last } as const]),
    ],
  )
