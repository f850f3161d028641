/** The source pixels of each target pixel `i`: `taps[i]` of them, starting at `first[i]`, with fixed-point weights. */
export interface Contributions {
  readonly first: Int32Array
  readonly taps: Int32Array
  /**
   * [targets, stride]: for every two taps, the lower fifteen bits of both weights, then the upper bits of both. This is
   * the layout that the SIMD instruction for multiplying and adding pairs of 16-bit numbers needs.
   */
  readonly weights: Int16Array
  readonly stride: number
}

/** One of Pillow's resampling filters. */
export type Filter = keyof typeof filters

/** Fixed-point bits of a weight, as in Pillow: 32 bits less 8 for a pixel and 2 for the overshoot of the cubic. */
const precision = 22
const lowerBits = 15

/**
 * Contributions for resizing `from` source pixels, the first of them at `origin`, to `to` target pixels. Only those of the
 * `count` target pixels from `start` on are computed.
 */
export function contributions(
  filter: Filter,
  from: number,
  to: number,
  start: number,
  count: number,
  origin: number,
): Contributions {
  const { radius, kernel } = filters[filter]
  const scale = from / to
  const stretch = Math.max(scale, 1)
  const support = radius * stretch
  const maxTaps = Math.ceil(support) * 2 + 1
  const stride = 4 * Math.ceil(maxTaps / 2)
  const first = new Int32Array(count)
  const taps = new Int32Array(count)
  const weights = new Int16Array(count * stride)
  const values = new Float64Array(maxTaps)
  for (let i = 0; i < count; i++) {
    const centre = (start + i + 0.5) * scale
    const begin = Math.max(0, Math.trunc(centre - support + 0.5))
    const end = Math.min(from, Math.trunc(centre + support + 0.5))
    let sum = 0
    for (let k = 0; k < end - begin; k++) {
      const value = kernel((k + begin - centre + 0.5) / stretch)
      values[k] = value
      sum += value
    }
    first[i] = origin + begin
    taps[i] = end - begin
    for (let k = 0; k < end - begin; k++) {
      const fixed = ((values[k] as number) / sum) * 2 ** precision
      const weight = Math.trunc(fixed < 0 ? fixed - 0.5 : fixed + 0.5)
      const index = i * stride + 4 * (k >> 1) + (k & 1)
      weights[index] = weight & (2 ** lowerBits - 1)
      weights[index + 2] = weight >> lowerBits
    }
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

/** The Lanczos kernel with three lobes: a sinc windowed by a wider sinc. */
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
