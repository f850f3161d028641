import type { Encoder } from '../encoders/encoder.js'
import type { ClassRow, DatasetImageRow } from '../store/datasets.js'
import { fingerprintOf } from '../system/fingerprint.js'

/** Everything on which a comparison's results depend, apart from the request. */
export interface ComparisonContents {
  readonly encoders: readonly Pick<Encoder, 'fingerprint'>[]
  readonly classes: readonly ClassRow[]
  /** The images of the dataset when the comparison was requested. */
  readonly images: readonly DatasetImageRow[]
  /** The test images if they belong to another dataset, otherwise null. */
  readonly testImages: readonly DatasetImageRow[] | null
  /** The images of no class from another dataset; null if there are none. */
  readonly unknownImages: readonly DatasetImageRow[] | null
}

/** A short hash of a comparison's contents. It changes with any image, prompt or weight. */
export const comparisonFingerprint = ({
  encoders,
  classes,
  images,
  testImages,
  unknownImages,
}: ComparisonContents): string =>
  fingerprintOf([
    encoders.map(({ fingerprint }) => fingerprint).join(),
    classes,
    images,
    testImages,
    ...(unknownImages === null ? [] : [unknownImages]),
  ])
