import type { Contributions } from './contributions.js'
import { kernels, scratch } from './kernels.js'

/** Rows of RGB bytes, `pitch` bytes apart. */
export interface Rows {
  readonly bytes: Uint8Array
  readonly pitch: number
}

/** Every row with as many pixels as there are contributions: [rows, targets · 3] bytes, a copy. */
export function resampleAcross({ bytes, pitch }: Rows, contributions: Contributions): Uint8Array {
  const rows = bytes.length / pitch
  const width = contributions.first.length
  const { source, first, taps, weights, target, result } = laid(bytes, contributions, rows * width * 3)
  kernels.across(source, pitch, rows, first, taps, weights, contributions.stride, width, target)
  return result()
}

/** As many rows as there are contributions: [targets, pitch] bytes, a copy. */
export function resampleDown({ bytes, pitch }: Rows, contributions: Contributions): Uint8Array {
  const height = contributions.first.length
  const { source, first, taps, weights, target, result } = laid(bytes, contributions, height * pitch)
  kernels.down(source, pitch, first, taps, weights, contributions.stride, height, target)
  return result()
}

/** Where the kernels find a pass's arrays, and where its result. */
function laid(bytes: Rows['bytes'], { first, taps, weights }: Contributions, size: number) {
  const { put, reserve } = scratch()
  const source = put(bytes)
  // A row that is read behind the source, with weight 0, lies in the target, which has at least one.
  const target = reserve(size)
  return {
    source,
    target,
    first: put(first),
    taps: put(taps),
    weights: put(weights),
    result: () => new Uint8Array(kernels.memory.buffer, target, size).slice(),
  }
}
