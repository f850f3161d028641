import { ShotboardError } from '../errors.js'
import type { AugmentationRecipe } from '../images/augmentation.js'
import { isImageFault } from '../images/image-fault.js'
import type { Preprocessing } from '../images/preprocess.js'
import type { ImageWorkers } from '../images/workers/image-workers.js'
import { createFairQueue } from '../system/fair-queue.js'
import { currentScope } from '../system/work-scope.js'

/** An image to encode: its SHA-256 in hexadecimal, and a way to read its bytes when they are needed. */
export interface ImageSource {
  readonly id: string
  read(): Promise<Uint8Array>
  /** Refuses a larger image, if it was not checked before. */
  readonly maxMegapixels?: number | undefined
}

/** Takes the error of an image, by its index in the request, so that the others are encoded all the same. */
export type OnBroken = (image: number, error: ShotboardError) => void

/**
 * The number of images that are read, decoded and resized at the same time, over all encoders. libvips decodes four of
 * them while others are read and resized. More would only need memory: a photograph has tens of megabytes of pixels.
 */
const queue = createFairQueue(8)

/**
 * Prepares a batch of images, whose first has the index `firstIndex` in the request. Writes their preprocessed views to the
 * start of `buffer`, which lies in shared memory, and returns that part: [images·rounds, 3, size, size]. An image that cannot
 * be read is black if there is `onBroken`; otherwise throws its error, such as INVALID_IMAGE, with `argument` `images[i]`.
 */
export async function prepareBatch(
  workers: ImageWorkers,
  images: readonly ImageSource[],
  firstIndex: number,
  buffer: Float32Array,
  recipe: AugmentationRecipe,
  preprocessing: Preprocessing,
  onBroken?: OnBroken,
): Promise<Float32Array> {
  const length = recipe.rounds * 3 * preprocessing.imageSize ** 2
  const pixels = buffer.subarray(0, images.length * length)

  async function prepareImage(source: ImageSource, i: number): Promise<void> {
    try {
      const { id, maxMegapixels } = source
      const preparation = { id, bytes: await source.read(), recipe, preprocessing, maxMegapixels }
      await workers.prepare(preparation, pixels.subarray(i * length, (i + 1) * length))
    } catch (error) {
      if (onBroken === undefined || !isImageFault(error)) {
        throw error instanceof ShotboardError ? error.at(`images[${firstIndex + i}]`) : error
      }
      pixels.fill(0, i * length, (i + 1) * length)
      onBroken(firstIndex + i, error)
    }
  }

  await Promise.all(images.map((source, i) => queue.add(currentScope(), () => prepareImage(source, i))))
  return pixels
}

/**
 * Yields `count` buffers in shared memory in turn, without end. Each has the size of the pixels of `images` images. One is
 * filled while the model reads another, and reusing them saves a page fault for every four kilobytes.
 */
export function* pixelBuffers(
  count: number,
  images: number,
  imageSize: number,
): Generator<Float32Array, never> {
  const bytes = 4 * images * 3 * imageSize ** 2
  const buffers = Array.from({ length: count }, () => new Float32Array(new SharedArrayBuffer(bytes)))
  for (;;) yield* buffers
}
