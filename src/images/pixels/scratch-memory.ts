import { pixelKernels } from './pixel-kernels.js'

/** Kernels read and write 16 bytes at once, so the last access to an array may go beyond its end. */
const padding = 16
const pageBytes = 65_536

/**
 * The kernels' memory, allocated from its start. Its contents are valid only until the caller yields to the event loop:
 * the next caller overwrites them.
 */
export interface ScratchMemory {
  /** Allocates `length` bytes and returns their position. */
  allocate(length: number): number
  /** Copies an array into the memory and returns its position. */
  copyIn(array: Uint8Array | Int16Array | Int32Array): number
  /** A view of bytes; valid until the next allocation. */
  bytes(position: number, length: number): Uint8Array
  /** A view of 32-bit floats; valid until the next allocation. */
  floats(position: number, length: number): Float32Array
}

/** The kernels' memory, with everything in it freed. */
export function clearedScratchMemory(): ScratchMemory {
  const { memory } = pixelKernels
  let end = 0
  const bytes = (position: number, length: number) => new Uint8Array(memory.buffer, position, length)
  function allocate(length: number): number {
    const start = end
    end += Math.ceil(length / padding) * padding + padding
    const missing = end - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes))
    return start
  }
  return {
    allocate,
    copyIn({ buffer, byteOffset, byteLength }) {
      const start = allocate(byteLength)
      bytes(start, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength))
      return start
    },
    bytes,
    floats: (position, length) => new Float32Array(memory.buffer, position, length),
  }
}
