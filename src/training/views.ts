import pLimit from 'p-limit'
import type { ImageSource } from '../encoders/prepare-batch.js'

import { ShotboardError } from '../errors.js'
import { randomView } from '../images/augmentation.js'
import { decodeImage } from '../images/decode.js'
import { type Preprocessing, preprocessView, type ViewPreprocessing } from '../images/preprocess.js'
import { seeded } from '../system/random.js'
import type { Tensor } from '../tensor/runtime.js'

/** How images become pixels for training. */
export interface ViewOptions {
  readonly preprocessing: ViewPreprocessing & Pick<Preprocessing, 'colours'>
  /** How much of an image's area a view shows. */
  readonly area: { readonly from: number; readonly to: number }
  /** Views of each image. */
  readonly rounds: number
}

/** So many images are decoded at once: a photograph's pixels are tens of megabytes. */
const preparing = pLimit(4)

/**
 * Random views of images, [rounds·images, 3, size, size], the first view of every image before any second one. They
 * depend on the seed alone. Throws INVALID_IMAGE with the image.
 */
export async function randomViews(
  images: readonly ImageSource[],
  { preprocessing, area, rounds }: ViewOptions,
  ...seed: readonly (string | number)[]
): Promise<Tensor> {
  const { imageSize, colours } = preprocessing
  const planes = 3 * imageSize ** 2
  const data = new Float32Array(rounds * images.length * planes)
  async function prepare(source: ImageSource, i: number): Promise<void> {
    const image = await decodeImage(await source.read(), colours)
    const random = seeded(...seed, i)
    for (let round = 0; round < rounds; round++) {
      const at = (round * images.length + i) * planes
      const view = randomView(random, image, area)
      await preprocessView(image, view, preprocessing, data.subarray(at, at + planes))
    }
  }
  await Promise.all(
    images.map((source, i) =>
      preparing(() =>
        prepare(source, i).catch((error: unknown) => {
          throw error instanceof ShotboardError ? error.at(`image ${source.id}`) : error
        }),
      ),
    ),
  )
  return { type: 'float32', dims: [rounds * images.length, 3, imageSize, imageSize], data }
}
