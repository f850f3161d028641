import type { Contributions } from './contributions.js'
import { pixelKernels } from './pixel-kernels.js'
import { clearedScratchMemory, type ScratchMemory } from './scratch-memory.js'

/** Rows of RGB bytes; each row starts `pitch` bytes after the one before. */
export interface Rows {
  readonly bytes: Uint8Array
  readonly pitch: number
}

/** Rows of RGB bytes in the kernels' memory. */
export interface ScratchRows {
  readonly position: number
  readonly rows: number
  readonly pitch: number
}

/** Resamples each row to one pixel per contribution. */
export function horizontalPass(
  memory: ScratchMemory,
  source: ScratchRows,
  contributions: Contributions,
): ScratchRows {
  const { first, taps, weights, stride } = contributions
  const width = first.length
  const position = memory.allocate(source.rows * width * 3)
  const tables = [memory.copyIn(first), memory.copyIn(taps), memory.copyIn(weights)] as const
  pixelKernels.horizontalPass(source.position, source.pitch, source.rows, ...tables, stride, width, position)
  return { position, rows: source.rows, pitch: width * 3 }
}

/** Resamples the columns to one row per contribution. */
export function verticalPass(
  memory: ScratchMemory,
  source: ScratchRows,
  contributions: Contributions,
): ScratchRows {
  const { first, taps, weights, stride } = contributions
  const { pitch } = source
  const height = first.length
  // Allocated behind the source, so that the row behind its last one, which may be read with weight 0, exists.
  const position = memory.allocate(height * pitch)
  const tables = [memory.copyIn(first), memory.copyIn(taps), memory.copyIn(weights)] as const
  pixelKernels.verticalPass(source.position, pitch, ...tables, stride, height, position)
  return { position, rows: height, pitch }
}

/** Copies rows into the kernels' memory, runs one pass and copies the result out. */
export function runPass(pass: typeof horizontalPass, rows: Rows, contributions: Contributions): Rows {
  const memory = clearedScratchMemory()
  const result = pass(memory, copyRowsIn(memory, rows), contributions)
  const { position, pitch } = result
  return { bytes: memory.bytes(position, result.rows * pitch).slice(), pitch }
}

/** Copies rows into the kernels' memory. */
export const copyRowsIn = (memory: ScratchMemory, { bytes, pitch }: Rows): ScratchRows => ({
  position: memory.copyIn(bytes),
  rows: bytes.length / pitch,
  pitch,
})
