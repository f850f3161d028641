import { wasm } from './generated.js'

/** What is exported by assembly/index.ts. */
interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer; readonly grow: (pages: number) => number }
  readonly across: (...places: number[]) => void
  readonly down: (...places: number[]) => void
  readonly plane: (source: number, count: number, scale: number, offset: number, target: number) => void
}

/** As much of the global as is used here: Node's types leave it out. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: Kernels }
}

/** The loops over pixels. */
export const kernels = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(wasm, 'base64'))).exports

/** The kernels read and write up to 16 bytes at once, the last of which may lie behind an array. */
const padding = 16
const page = 65_536

/**
 * The kernels' memory, filled from its start, one thing behind the other. Nothing in it outlives the turn of the event loop:
 * whoever comes next fills it anew.
 */
export interface Scratch {
  /** Room for so many bytes: where it begins. */
  reserve(length: number): number
  /** A copy of an array: where it begins. */
  put(array: Uint8Array | Int16Array | Int32Array): number
  /** What is at a place, not a copy; valid until more is reserved. */
  bytes(place: number, length: number): Uint8Array
  floats(place: number, length: number): Float32Array
}

/** The memory, empty. */
export function scratch(): Scratch {
  const { memory } = kernels
  let end = 0
  const bytes = (place: number, length: number) => new Uint8Array(memory.buffer, place, length)
  function reserve(length: number): number {
    const start = end
    end += Math.ceil(length / padding) * padding + padding
    const missing = end - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(missing / page))
    return start
  }
  return {
    reserve,
    put({ buffer, byteOffset, byteLength }) {
      const start = reserve(byteLength)
      bytes(start, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength))
      return start
    },
    bytes,
    floats: (place, length) => new Float32Array(memory.buffer, place, length),
  }
}
