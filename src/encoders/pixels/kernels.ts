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

/** The loops over pixels. Their memory is scratch: nothing in it outlives a call. */
export const kernels = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(wasm, 'base64'))).exports

/** The kernels read and write up to 16 bytes at once, the last of which may lie behind an array. */
const padding = 16
const page = 65_536

/** The kernels' memory, filled from its start with arrays and room for more, one behind the other. */
export function scratch() {
  const { memory } = kernels
  let end = 0

  /** Room for so many bytes: where it begins. */
  function reserve(length: number): number {
    const start = end
    end += Math.ceil(length / padding) * padding + padding
    const missing = end - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(missing / page))
    return start
  }
  /** A copy of an array: where it begins. */
  function put({ buffer, byteOffset, byteLength }: Uint8Array | Int16Array | Int32Array): number {
    const start = reserve(byteLength)
    new Uint8Array(memory.buffer, start, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength))
    return start
  }
  return { reserve, put }
}
