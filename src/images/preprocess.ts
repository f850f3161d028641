import type { Preprocessing } from '../encoders/manifest.js'
import type { View } from './augmentation.js'
import type { RgbImage } from './decode.js'
import { resamplePlanes } from './pixels/resample.js'

/**
 * An image as the encoder takes it: resized by its shorter side and cut to the centre, or squeezed to the square, then
 * normalised; [3, size, size], written to `pixels`.
 */
export async function preprocess(
  image: RgbImage,
  manifest: Preprocessing,
  pixels: Float32Array,
): Promise<void> {
  const { imageSize: size, shorterSide } = manifest
  const whole = { left: 0, top: 0, width: image.width, height: image.height }
  if (shorterSide === null) {
    return resamplePlanes(image, whole, size, size, manifest, pixels)
  }
  const shorter = Math.min(image.width, image.height)
  // The longer side is rounded down, as both torchvision and transformers do.
  const lengthOf = (side: number) =>
    side === shorter ? shorterSide : Math.floor((shorterSide * side) / shorter)
  const [width, height] = [lengthOf(image.width), lengthOf(image.height)]
  const half = manifest.centre === 'even' ? halfToEven : (pixels: number) => Math.floor(pixels / 2)
  const window = { left: half(width - size), top: half(height - size), width: size, height: size }
  return resamplePlanes(image, whole, width, height, { ...manifest, window }, pixels)
}

/** What a view's pixels depend on; bicubic and 1/255 unless told. */
export type ViewPreprocessing = Pick<Preprocessing, 'imageSize' | 'mean' | 'std'> &
  Partial<Pick<Preprocessing, 'filter' | 'rescale'>>

/** A view of an image (a crop, perhaps mirrored) as the encoder takes it: resized to the square, normalised. */
export async function preprocessView(
  image: RgbImage,
  view: View,
  manifest: ViewPreprocessing,
  pixels: Float32Array,
): Promise<void> {
  const { imageSize: size, rescale = 1 / 255 } = manifest
  await resamplePlanes(image, view, size, size, { ...manifest, rescale }, pixels)
  if (view.mirrored) {
    for (let row = 0; row < 3 * size; row++) pixels.subarray(row * size, (row + 1) * size).reverse()
  }
}

/** Half of a number of pixels, a half pixel rounded to the even neighbour. */
function halfToEven(pixels: number): number {
  const floor = Math.floor(pixels / 2)
  return pixels % 2 === 0 || floor % 2 === 0 ? floor : floor + 1
}
