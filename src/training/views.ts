import pLimit from 'p-limit'
import type { ImageSource } from '../encoders/prepare-batch.js'

import { ShotboardError } from '../errors.js'
import { randomView } from '../images/augmentation.js'
import { decodeImage } from '../images/decode.js'
import { type Preprocessing, preprocessView, type ViewPreprocessing } from '../images/preprocess.js'
import { seeded } from '../system/random.js'
import type { Tensor } from '../tensor/runtime.js'

/** How views for training are drawn and preprocessed. */
export interface ViewOptions {
  readonly preprocessing: ViewPreprocessing & Pick<Preprocessing, 'colours'>
  /** The range of the share of an image's area that a view shows. */
  readonly area: { readonly from: number; readonly to: number }
  /** The number of views of each image. */
  readonly rounds: number
}

/** Limits the images that are decoded at once: a photograph has tens of megabytes of pixels. */
const limit = pLimit(4)

/**
 * Loads preprocessed random views of images, [rounds·images, 3, size, size]: the first view of each image, then the second of
 * each, and so on. They depend only on the images and the seed. Throws INVALID_IMAGE with the image's id.
 */
export async function loadRandomViews(
  images: readonly ImageSource[],
  { preprocessing, area, rounds }: ViewOptions,
  ...seed: readonly (string | number)[]
): Promise<Tensor> {
  const { imageSize, colours } = preprocessing
  const viewLength = 3 * imageSize ** 2
  const data = new Float32Array(rounds * images.length * viewLength)
  async function prepare(source: ImageSource, i: number): Promise<void> {
    const image = await decodeImage(await source.read(), colours)
    const random = seeded(...seed, i)
    for (let round = 0; round < rounds; round++) {
      const offset = (round * images.length + i) * viewLength
      const view = randomView(random, image, area)
      await preprocessView(image, view, preprocessing, data.subarray(offset, offset + viewLength))
    }
  }
  await Promise.all(
    images.map((source, i) =>
      limit(() =>
        prepare(source, i).catch((error: unknown) => {
          throw error instanceof ShotboardError ? error.at(`image ${source.id}`) : error
        }),
      ),
    ),
  )
  return { type: 'float32', dims: [rounds * images.length, 3, imageSize, imageSize], data }
}
