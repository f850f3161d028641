import type { Contributions } from './contributions.js'
import { kernels, type Scratch, scratch } from './kernels.js'

/** Rows of RGB bytes, `pitch` bytes apart. */
export interface Rows {
  readonly bytes: Uint8Array
  readonly pitch: number
}

/** Such rows in the kernels' memory. */
export interface PlacedRows {
  readonly place: number
  readonly rows: number
  readonly pitch: number
}

/** Every row with as many pixels as there are contributions. */
export function across(memory: Scratch, source: PlacedRows, contributions: Contributions): PlacedRows {
  const { first, taps, weights, stride } = contributions
  const width = first.length
  const place = memory.reserve(source.rows * width * 3)
  const places = [memory.put(first), memory.put(taps), memory.put(weights)] as const
  kernels.across(source.place, source.pitch, source.rows, ...places, stride, width, place)
  return { place, rows: source.rows, pitch: width * 3 }
}

/** As many rows as there are contributions. */
export function down(memory: Scratch, source: PlacedRows, contributions: Contributions): PlacedRows {
  const { first, taps, weights, stride } = contributions
  const { pitch } = source
  const height = first.length
  // Behind the source, where a row may be read with weight 0, so that there is at least one.
  const place = memory.reserve(height * pitch)
  const places = [memory.put(first), memory.put(taps), memory.put(weights)] as const
  kernels.down(source.place, pitch, ...places, stride, height, place)
  return { place, rows: height, pitch }
}

/** A pass over rows that are put into the memory for it, and what it gives taken out again. */
export function alone(pass: typeof across, rows: Rows, contributions: Contributions): Rows {
  const memory = scratch()
  const result = pass(memory, placed(memory, rows), contributions)
  return { bytes: memory.bytes(result.place, result.rows * result.pitch).slice(), pitch: result.pitch }
}

/** Rows, put into the memory. */
export const placed = (memory: Scratch, { bytes, pitch }: Rows): PlacedRows => ({
  place: memory.put(bytes),
  rows: bytes.length / pitch,
  pitch,
})
