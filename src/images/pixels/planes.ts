import { kernels, type Scratch } from './kernels.js'

/** For each of the three channels. */
export interface Normalisation {
  readonly rescale: number
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

/**
 * Rows of RGB bytes at `source` in the kernels' memory to planes of `(byte·rescale − mean) / std`: [3, pixels.length / 3],
 * written to `pixels`.
 */
export function planes(
  memory: Scratch,
  source: number,
  { rescale, mean, std }: Normalisation,
  pixels: Float32Array,
): void {
  const count = pixels.length / 3
  const target = memory.reserve(pixels.byteLength)
  // In this order: what is written behind a plane makes way for the next one.
  for (let channel = 0; channel < 3; channel++) {
    const [by, less] = [std[channel] as number, mean[channel] as number]
    kernels.plane(source + channel, count, rescale / by, less / by, target + 4 * channel * count)
  }
  pixels.set(memory.floats(target, pixels.length))
}
