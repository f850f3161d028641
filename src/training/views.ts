import type { ImageSource } from '../encoders/prepare-batch.js'
import { ShotboardError } from '../errors.js'
import type { ImageWorkers } from '../images/workers/image-workers.js'
import type { RandomViews } from '../images/workers/random-views.js'
import type { Tensor } from '../tensor/runtime.js'

/** How views for training are drawn and preprocessed. */
export type ViewOptions = Pick<RandomViews, 'preprocessing' | 'area' | 'rounds'>

/**
 * Loads preprocessed random views of images, [rounds·images, 3, size, size]: the first view of each image, then the second of
 * each, and so on. They depend only on the images and the seed. Throws INVALID_IMAGE with the image's id.
 */
export async function loadRandomViews(
  workers: Pick<ImageWorkers, 'views'>,
  images: readonly ImageSource[],
  options: ViewOptions,
  ...seed: readonly (string | number)[]
): Promise<Tensor> {
  const { preprocessing, rounds } = options
  const { imageSize } = preprocessing
  const viewLength = 3 * imageSize ** 2
  const data = new Float32Array(rounds * images.length * viewLength)
  async function load(source: ImageSource, i: number): Promise<void> {
    const views = await workers.views({ ...options, bytes: await source.read(), seed: [...seed, i] })
    for (let round = 0; round < rounds; round++) {
      const view = views.subarray(round * viewLength, (round + 1) * viewLength)
      data.set(view, (round * images.length + i) * viewLength)
    }
  }
  await Promise.all(
    images.map((source, i) =>
      load(source, i).catch((error: unknown) => {
        throw error instanceof ShotboardError ? error.at(`image ${source.id}`) : error
      }),
    ),
  )
  return { type: 'float32', dims: [rounds * images.length, 3, imageSize, imageSize], data }
}
