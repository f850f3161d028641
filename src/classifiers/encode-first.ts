import type { EncodedData, LoadOptions } from '../datasets/encoded-data.js'
import type { Encoder } from '../encoders/encoder.js'
import type { DatasetImageRow } from '../store/datasets.js'
import type { Store } from '../store/store.js'
import { ownTestImages } from './own-figures.js'
import type { Question } from './question.js'

/** What is told while images are encoded that later steps read. */
export interface Encoding extends LoadOptions {
  /** Called once, with the number of images that are not encoded yet. */
  readonly onMissing?: (images: number) => Promise<void>
}

export interface EncodeFirstContext {
  readonly store: Store
  readonly encodedData: EncodedData
}

/** Images that are encoded together. Their features are stored, so that nothing of them has to stay in memory. */
const imagesAtOnce = 500

/**
 * Encodes all images that a classifier of this question is made from, and its own test images, in the encoder's spaces `bases`.
 * Those that are stored are not encoded again. Throws as `EncodedData`, or CANCELLED.
 */
export async function encodeQuestion(
  { store, encodedData }: EncodeFirstContext,
  question: Question,
  bases: readonly string[],
  { onMissing, ...loading }: Encoding,
): Promise<void> {
  const { supportSet, encoder, validation, rangeImages } = question
  const drawn = await store.supportSets.images(supportSet.id)
  const others = distinct([...validation, ...(rangeImages ?? []), ...(await ownTestImages(store, question))])
  await onMissing?.(
    (await encodedData.missing(drawn, encoder, bases, supportSet.augmentations)) +
      (await encodedData.missing(others, encoder, bases, 1)),
  )
  await encodedData.support(supportSet, encoder, bases, loading)
  await encodeInParts(encodedData, others, encoder, bases, loading)
}

/** Encodes images, and tells first how many are not encoded yet. Throws as `EncodedData`, or CANCELLED. */
export async function encodeImagesFirst(
  encodedData: EncodedData,
  images: readonly DatasetImageRow[],
  encoder: Encoder,
  spaces: readonly string[],
  { onMissing, ...loading }: Encoding,
): Promise<void> {
  await onMissing?.(await encodedData.missing(images, encoder, spaces, 1))
  await encodeInParts(encodedData, images, encoder, spaces, loading)
}

async function encodeInParts(
  encodedData: EncodedData,
  images: readonly DatasetImageRow[],
  encoder: Encoder,
  spaces: readonly string[],
  loading: LoadOptions,
): Promise<void> {
  for (let from = 0; from < images.length; from += imagesAtOnce) {
    await encodedData.labelled(images.slice(from, from + imagesAtOnce), encoder, spaces, loading)
  }
}

const distinct = (images: readonly DatasetImageRow[]): DatasetImageRow[] => [
  ...new Map(images.map((image) => [image.imageId, image])).values(),
]
