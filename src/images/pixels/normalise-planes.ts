import { pixelKernels } from './pixel-kernels.js'
import type { ScratchMemory } from './scratch-memory.js'

/** How bytes become floats: `(byte·rescale − mean) / std`, with `mean` and `std` for each of the three channels. */
export interface Normalisation {
  readonly rescale: number
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

/**
 * Turns the RGB bytes at `source` in the kernels' memory into normalised planes, [3, pixels.length / 3], and writes them
 * to `pixels`.
 */
export function normalisePlanes(
  memory: ScratchMemory,
  source: number,
  { rescale, mean, std }: Normalisation,
  pixels: Float32Array,
): void {
  const count = pixels.length / 3
  const target = memory.allocate(pixels.byteLength)
  // The order matters: the kernel writes up to three floats beyond a plane, which the next plane overwrites.
  for (let channel = 0; channel < 3; channel++) {
    const [deviation, average] = [std[channel] as number, mean[channel] as number]
    const planeTarget = target + 4 * channel * count
    pixelKernels.normalisePlane(
      source + channel,
      count,
      rescale / deviation,
      average / deviation,
      planeTarget,
    )
  }
  pixels.set(memory.floats(target, pixels.length))
}
