import type { Encoder } from '../encoders/encoder.js'
import type { ClassRow, DatasetImageRow } from '../store/datasets.js'
import { fingerprintOf } from '../system/fingerprint.js'

/** What a comparison is made of: another image, prompt or weight is another name. */
export interface ComparisonContents {
  readonly encoders: readonly Pick<Encoder, 'fingerprint'>[]
  readonly classes: readonly ClassRow[]
  /** Of the dataset, up to the last one that was there. */
  readonly images: readonly DatasetImageRow[]
  /** The test images, where they are another dataset's. */
  readonly tested: readonly DatasetImageRow[] | null
}

/** A short name for what a comparison is made of. */
export const comparisonFingerprint = ({ encoders, classes, images, tested }: ComparisonContents): string =>
  fingerprintOf([encoders.map(({ fingerprint }) => fingerprint).join(), classes, images, tested])
