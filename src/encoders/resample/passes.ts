import type { Contributions } from './contributions.js'
import { wasm } from './generated.js'

/** Rows of RGB bytes, `pitch` bytes apart. */
export interface Rows {
  readonly bytes: Uint8Array
  readonly pitch: number
}

/** Every row with as many pixels as there are contributions: [rows, targets · 3] bytes, a copy. */
export function resampleAcross({ bytes, pitch }: Rows, contributions: Contributions): Uint8Array {
  const rows = bytes.length / pitch
  const width = contributions.first.length
  const { first, taps, weights, source, target, result } = laid(bytes, contributions, rows * width * 3)
  kernels.across(source, pitch, rows, first, taps, weights, contributions.stride, width, target)
  return result()
}

/** As many rows as there are contributions: [targets, pitch] bytes, a copy. */
export function resampleDown({ bytes, pitch }: Rows, contributions: Contributions): Uint8Array {
  const height = contributions.first.length
  const { first, taps, weights, source, target, result } = laid(bytes, contributions, height * pitch)
  kernels.down(source, pitch, first, taps, weights, contributions.stride, height, target)
  return result()
}

/** What is exported by assembly/resample.ts. The memory is scratch: nothing in it outlives a call. */
interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer; readonly grow: (pages: number) => number }
  readonly across: (...places: number[]) => void
  readonly down: (...places: number[]) => void
}

/** As much of the global as is used here: Node's types leave it out. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: Kernels }
}

const kernels = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(wasm, 'base64'))).exports

/** The kernels read and write up to 16 bytes at once, the last of which may lie behind an array. */
const padding = 16
const page = 65_536

/** Everything copied into the kernels' memory, one after the other, and room for the result: where each begins. */
function laid(bytes: Rows['bytes'], { first, taps, weights }: Contributions, size: number) {
  let end = 0
  const place = (length: number) => {
    const start = end
    end += Math.ceil(length / padding) * padding + padding
    return start
  }
  const places = {
    first: place(first.byteLength),
    taps: place(taps.byteLength),
    weights: place(weights.byteLength),
    source: place(bytes.byteLength),
    target: place(size),
  }
  const { memory } = kernels
  const missing = end - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / page))
  new Int32Array(memory.buffer, places.first).set(first)
  new Int32Array(memory.buffer, places.taps).set(taps)
  new Int32Array(memory.buffer, places.weights).set(weights)
  new Uint8Array(memory.buffer, places.source).set(bytes)
  return { ...places, result: () => new Uint8Array(memory.buffer, places.target, size).slice() }
}
