import { type AugmentationRecipe, randomViews } from '../augmentation.js'
import { type Decoding, decodeImage } from '../decode.js'
import { type Preprocessing, preprocess, preprocessView } from '../preprocess.js'

/** An image to prepare for an encoder. */
export interface Preparation {
  /** The image's SHA-256, the seed of its random views. */
  readonly id: string
  readonly bytes: Uint8Array
  readonly recipe: AugmentationRecipe
  readonly preprocessing: Preprocessing
  /** Of an image that was not checked before. */
  readonly maxMegapixels?: number | undefined
}

/**
 * Decodes an image and returns its preprocessed views: [rounds, 3, size, size]. With a recipe of one round the only view is
 * the image itself. Throws INVALID_IMAGE, and IMAGE_TOO_LARGE above `maxMegapixels`.
 */
export async function prepare(
  { id, bytes, recipe, preprocessing, maxMegapixels }: Preparation,
  decoding: Decoding = {},
): Promise<Float32Array> {
  const image = await decodeImage(bytes, preprocessing.colours, { ...decoding, maxMegapixels })
  const viewLength = 3 * preprocessing.imageSize ** 2
  const pixels = new Float32Array(recipe.rounds * viewLength)
  if (recipe.rounds === 1) {
    await preprocess(image, preprocessing, pixels)
    return pixels
  }
  const views = randomViews(recipe, { id, width: image.width, height: image.height })
  for (const [round, view] of views.entries()) {
    const target = pixels.subarray(round * viewLength, (round + 1) * viewLength)
    await preprocessView(image, view, preprocessing, target)
  }
  return pixels
}
