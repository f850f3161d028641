import type { View } from './augmentation.js'
import type { Colours, RgbImage } from './decode.js'
import type { Filter } from './pixels/contributions.js'
import { resamplePlanes } from './pixels/resample.js'

/** How an image becomes an encoder's input. */
export interface Preprocessing {
  /** The side of the square of pixels that the encoder takes. */
  readonly imageSize: number
  readonly filter: Filter
  /** The length of the shorter side before the centre is cropped; null if the whole image is resized to the square. */
  readonly shorterSide: number | null
  /**
   * The bytes of the borders' colour, if the image is resized so that its longer side is that of the square, and the rest is
   * filled.
   */
  readonly borders?: readonly [number, number, number]
  /** How a crop that starts at a half pixel is rounded: torchvision rounds to even, transformers rounds down. */
  readonly centre: 'even' | 'down'
  /** The factor for bytes before they are normalised, such as 1/255. */
  readonly rescale: number
  /** Per channel, subtracted from rescaled values. */
  readonly mean: readonly [number, number, number]
  /** Per channel, the divisor after that. */
  readonly std: readonly [number, number, number]
  readonly colours: Colours
}

/**
 * Preprocesses a whole image for an encoder: resizes the shorter side and crops the centre, or resizes the longer side and adds
 * borders, or resizes to the square; then normalises. Writes [3, size, size] to `pixels`.
 */
export async function preprocess(
  image: RgbImage,
  preprocessing: Preprocessing,
  pixels: Float32Array,
): Promise<void> {
  const { imageSize: size, shorterSide, borders } = preprocessing
  const whole = { left: 0, top: 0, width: image.width, height: image.height }
  if (borders) return preprocessWithBorders(image, preprocessing, borders, pixels)
  if (shorterSide === null) {
    return resamplePlanes(image, whole, size, size, preprocessing, pixels)
  }
  const shorter = Math.min(image.width, image.height)
  // Both torchvision and transformers round the longer side down.
  const resizedSide = (side: number) =>
    side === shorter ? shorterSide : Math.floor((shorterSide * side) / shorter)
  const [width, height] = [resizedSide(image.width), resizedSide(image.height)]
  const half = preprocessing.centre === 'even' ? halfToEven : (pixels: number) => Math.floor(pixels / 2)
  const window = { left: half(width - size), top: half(height - size), width: size, height: size }
  return resamplePlanes(image, whole, width, height, { ...preprocessing, window }, pixels)
}

async function preprocessWithBorders(
  image: RgbImage,
  preprocessing: Preprocessing,
  borders: readonly [number, number, number],
  pixels: Float32Array,
): Promise<void> {
  const { imageSize: size, rescale, mean, std } = preprocessing
  const longer = Math.max(image.width, image.height)
  // open_clip rounds halves to even, as Python does, and puts an odd border's larger half behind the image.
  const resizedSide = (side: number) => Math.max(1, roundToEven((side * size) / longer))
  const [width, height] = [resizedSide(image.width), resizedSide(image.height)]
  const [left, top] = [Math.floor((size - width) / 2), Math.floor((size - height) / 2)]
  const whole = { left: 0, top: 0, width: image.width, height: image.height }
  const resized = new Float32Array(3 * width * height)
  await resamplePlanes(image, whole, width, height, preprocessing, resized)
  for (const channel of [0, 1, 2] as const) {
    const plane = pixels.subarray(channel * size ** 2, (channel + 1) * size ** 2)
    plane.fill((borders[channel] * rescale - mean[channel]) / std[channel])
    for (let row = 0; row < height; row++) {
      const from = (channel * height + row) * width
      plane.set(resized.subarray(from, from + width), (top + row) * size + left)
    }
  }
}

/** The parts of the preprocessing that a view needs. The default filter is bicubic, the default `rescale` 1/255. */
export type ViewPreprocessing = Pick<Preprocessing, 'imageSize' | 'mean' | 'std'> &
  Partial<Pick<Preprocessing, 'filter' | 'rescale'>>

/**
 * Preprocesses a view of an image (a crop that may be mirrored) for an encoder: resizes it to the square and normalises.
 * Writes [3, size, size] to `pixels`.
 */
export async function preprocessView(
  image: RgbImage,
  view: View,
  preprocessing: ViewPreprocessing,
  pixels: Float32Array,
): Promise<void> {
  const { imageSize: size, rescale = 1 / 255 } = preprocessing
  await resamplePlanes(image, view, size, size, { ...preprocessing, rescale }, pixels)
  if (view.mirrored) {
    for (let row = 0; row < 3 * size; row++) pixels.subarray(row * size, (row + 1) * size).reverse()
  }
}

/** Half of a number of pixels. A half pixel is rounded to the even neighbour. */
const halfToEven = (pixels: number): number => roundToEven(pixels / 2)

/** The nearest whole number; of two, the even one. */
function roundToEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}
