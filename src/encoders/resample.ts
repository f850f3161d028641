import { breather } from '../breathe.js'
import type { RgbImage } from './image.js'

/** A rectangle of an image, in whole pixels. */
export interface Region {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** A resampling filter of Pillow's. */
export type Filter = keyof typeof filters

/**
 * A region of an image, resized as Pillow does with its antialiased filters, to the byte: what CLIP was trained on, and what the
 * resizers of image libraries differ from enough to move features. Separable, the horizontal pass first, rounded to
 * bytes between the passes (Pillow turns them round where a region is over a hundred times as tall as it is wide; this
 * does not). Gives way to other work while it runs. Returns RGB bytes, row by row.
 *
 * Of the resized image only `window` is computed: the square in the middle of a panorama costs no more than a square.
 */
export async function resample(
  image: RgbImage,
  region: Region,
  width: number,
  height: number,
  {
    filter = 'bicubic',
    window = { left: 0, top: 0, width, height },
  }: { readonly filter?: Filter; readonly window?: Region } = {},
): Promise<Uint8ClampedArray> {
  const breathe = breather()
  const across = contributions(filters[filter], region.width, width, window.left, window.width)
  const down = contributions(filters[filter], region.height, height, window.top, window.height)

  const stride = window.width * 3
  const top = down.first[0] as number
  const bottom = (down.first[window.height - 1] as number) + (down.taps[window.height - 1] as number)
  const narrow = new Uint8ClampedArray((bottom - top) * stride)
  for (let y = top; y < bottom; y++) {
    const from = ((region.top + y) * image.width + region.left) * 3
    for (let x = 0, to = (y - top) * stride; x < window.width; x++, to += 3) {
      weigh(image.data, from + (across.first[x] as number) * 3, 3, across, x, narrow, to)
    }
    await breathe()
  }

  const result = new Uint8ClampedArray(window.height * stride)
  for (let y = 0; y < window.height; y++) {
    const from = ((down.first[y] as number) - top) * stride
    for (let x = 0, to = y * stride; x < window.width; x++, to += 3) {
      weigh(narrow, from + x * 3, stride, down, y, result, to)
    }
    await breathe()
  }
  return result
}

/** Which source pixels make up target pixel `i`: `taps[i]` of them from `first[i]` on, weighted in fixed point. */
interface Contributions {
  readonly first: Int32Array
  readonly taps: Int32Array
  readonly weights: Int32Array
  readonly stride: number
}

/** Fixed-point bits of a weight, as in Pillow: 32 less 8 for a pixel and 2 for the overshoot of the cubic. */
const precision = 22

/** For `count` target pixels from `start` on, of `from` pixels resized to `to`. */
function contributions(
  { radius, kernel }: (typeof filters)[Filter],
  from: number,
  to: number,
  start: number,
  count: number,
): Contributions {
  const scale = from / to
  const stretch = Math.max(scale, 1)
  const support = radius * stretch
  const stride = Math.ceil(support) * 2 + 1
  const first = new Int32Array(count)
  const taps = new Int32Array(count)
  const weights = new Int32Array(count * stride)
  for (let i = 0; i < count; i++) {
    const centre = (start + i + 0.5) * scale
    const begin = Math.max(0, Math.trunc(centre - support + 0.5))
    const end = Math.min(from, Math.trunc(centre + support + 0.5))
    const values = Array.from({ length: end - begin }, (_, k) => kernel((k + begin - centre + 0.5) / stretch))
    const sum = values.reduce((total, value) => total + value, 0)
    first[i] = begin
    taps[i] = end - begin
    values.forEach((value, k) => {
      const fixed = (value / sum) * 2 ** precision
      weights[i * stride + k] = fixed < 0 ? Math.trunc(fixed - 0.5) : Math.trunc(fixed + 0.5)
    })
  }
  return { first, taps, weights, stride }
}

/** The cubic convolution kernel with a = −1/2 (Catmull-Rom). */
function cubic(distance: number): number {
  const x = Math.abs(distance)
  const a = -0.5
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a
  return 0
}

function triangle(distance: number): number {
  return Math.max(0, 1 - Math.abs(distance))
}

/** A sinc windowed by a wider sinc, of three lobes. */
function lanczos(distance: number): number {
  return Math.abs(distance) < 3 ? sinc(distance) * sinc(distance / 3) : 0
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}

const filters = {
  bicubic: { radius: 2, kernel: cubic },
  bilinear: { radius: 1, kernel: triangle },
  lanczos: { radius: 3, kernel: lanczos },
} as const

/** One target pixel: three channels, each a weighted sum of source pixels `step` apart. */
function weigh(
  source: RgbImage['data'],
  from: number,
  step: number,
  { taps, weights, stride }: Contributions,
  i: number,
  target: Uint8ClampedArray,
  to: number,
): void {
  let red = 1 << (precision - 1)
  let green = red
  let blue = red
  const count = taps[i] as number
  for (let k = 0, at = from, w = i * stride; k < count; k++, at += step, w++) {
    const weight = weights[w] as number
    red += (source[at] as number) * weight
    green += (source[at + 1] as number) * weight
    blue += (source[at + 2] as number) * weight
  }
  target[to] = red >> precision
  target[to + 1] = green >> precision
  target[to + 2] = blue >> precision
}
