import { kernels, scratch } from './kernels.js'

/** For each of the three channels. */
export interface Normalisation {
  readonly rescale: number
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

/** Rows of RGB bytes to planes of `(byte·rescale − mean) / std`: [3, length / 3], written to `pixels`. */
export function planes(bytes: Uint8Array, { rescale, mean, std }: Normalisation, pixels: Float32Array): void {
  const count = bytes.length / 3
  const { put, reserve } = scratch()
  const source = put(bytes)
  const target = reserve(pixels.byteLength)
  // In this order: what is written behind a plane makes way for the next one.
  for (let channel = 0; channel < 3; channel++) {
    const [by, less] = [std[channel] as number, mean[channel] as number]
    kernels.plane(source + channel, count, rescale / by, less / by, target + 4 * channel * count)
  }
  pixels.set(new Float32Array(kernels.memory.buffer, target, bytes.length))
}
