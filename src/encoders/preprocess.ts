import type { View } from './augmentation.js'
import type { RgbImage } from './image.js'
import type { Manifest } from './manifest.js'
import { resample } from './resample.js'

type Preprocessing = Pick<Manifest, 'imageSize' | 'mean' | 'std'>

/**
 * An image as the encoder takes it: bicubic to the shorter side, centre crop, normalised; [3, size, size], written to
 * `pixels`.
 */
export async function preprocess(
  image: RgbImage,
  manifest: Preprocessing,
  pixels: Float32Array,
): Promise<void> {
  const size = manifest.imageSize
  const shorter = Math.min(image.width, image.height)
  // The longer side is rounded down, and the crop's offset to the nearest even half, as torchvision does.
  const width = image.width === shorter ? size : Math.floor((size * image.width) / shorter)
  const height = image.height === shorter ? size : Math.floor((size * image.height) / shorter)
  const whole = { left: 0, top: 0, width: image.width, height: image.height }
  const centre = { left: half(width - size), top: half(height - size), width: size, height: size }
  normalise(await resample(image, whole, width, height, centre), manifest, pixels)
}

/** A view of an image (a crop, perhaps mirrored) as the encoder takes it: bicubic to the square, normalised. */
export async function preprocessView(
  image: RgbImage,
  view: View,
  manifest: Preprocessing,
  pixels: Float32Array,
): Promise<void> {
  const size = manifest.imageSize
  normalise(await resample(image, view, size, size), manifest, pixels)
  if (view.mirrored) {
    for (let row = 0; row < 3 * size; row++) pixels.subarray(row * size, (row + 1) * size).reverse()
  }
}

/** Half of a number of pixels, a half pixel rounded to the even neighbour. */
function half(pixels: number): number {
  const floor = Math.floor(pixels / 2)
  return pixels % 2 === 0 || floor % 2 === 0 ? floor : floor + 1
}

/** Rows of RGB bytes to planes of `(byte / 255 − mean) / std`. */
function normalise(bytes: RgbImage['data'], { mean, std }: Preprocessing, pixels: Float32Array): void {
  for (let channel = 0, to = 0; channel < 3; channel++) {
    const scale = 1 / (255 * (std[channel] as number))
    const offset = (mean[channel] as number) / (std[channel] as number)
    for (let from = channel; from < bytes.length; from += 3) {
      pixels[to++] = (bytes[from] as number) * scale - offset
    }
  }
}
