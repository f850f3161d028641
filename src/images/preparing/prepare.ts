import type { Manifest, Preprocessing } from '../../encoders/manifest.js'
import { type AugmentationRecipe, randomViews } from '../augmentation.js'
import { decodeImage } from '../decode.js'
import { preprocess, preprocessView } from '../preprocess.js'

/** An image on its way to the encoder. */
export interface Preparation {
  /** Its SHA-256, which its random views depend on. */
  readonly id: string
  readonly bytes: Uint8Array
  readonly recipe: AugmentationRecipe
  readonly preprocessing: Preprocessing & Pick<Manifest, 'colours'>
}

/**
 * Decodes an image and writes its views, each as the encoder takes it, to `pixels`: [rounds, 3, size, size].
 * Throws INVALID_IMAGE.
 */
export async function prepare(
  { id, bytes, recipe, preprocessing }: Preparation,
  pixels: Float32Array,
): Promise<void> {
  const image = await decodeImage(bytes, preprocessing.colours)
  if (recipe.rounds === 1) return preprocess(image, preprocessing, pixels)
  const views = randomViews(recipe, { id, width: image.width, height: image.height })
  const planes = pixels.length / recipe.rounds
  for (const [round, view] of views.entries()) {
    await preprocessView(image, view, preprocessing, pixels.subarray(round * planes, (round + 1) * planes))
  }
}
