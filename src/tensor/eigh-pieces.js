// @ts-nocheck: what lies in shared memory has no types.
// The pieces of an eigendecomposition that threads can share: rows of the product of the reflections, and columns of what
// rotations turn. Each number is computed as one thread computes it, so the result is the same to the bit.
import { wasm } from './eigh-kernels.generated.js'
import { sharedWords } from './shared-work.js'

const compiled = new WebAssembly.Module(Buffer.from(wasm, 'base64'))

/** The rows of a piece: few, so that they stay in the cache. */
const rowsAtOnce = 16

/** The columns of a piece: whole cache lines. */
const columnsAtOnce = 64

/** What the words behind those of the shared work say of a step. A thread may come late, so it reads them with each piece. */
const fields = ['kind', 'n', 'pitch', 'a', 'taus', 'z', 'count', 'rows', 'cosines', 'sines']

export const wordsOfPieces = sharedWords + fields.length

const [ofProduct, ofRotations] = [0, 1]

/** The kernels in this memory, the words at this place of it, and what takes part in the steps that they describe. */
export function openPieces(memory, place) {
  const { exports: kernels } = new WebAssembly.Instance(compiled, { env: { memory } })
  const words = new Int32Array(memory.buffer, place, wordsOfPieces)
  function describe(step) {
    for (const [at, field] of fields.entries()) Atomics.store(words, sharedWords + at, step[field] ?? 0)
  }
  return {
    kernels,
    words,
    /** Describes the multiplication of the reflections in `a`, [n, n], into `z`. Returns the number of its pieces. */
    describeProduct({ n, pitch, a, taus, z }) {
      describe({ kind: ofProduct, n, pitch, a, taus, z })
      return Math.ceil(n / rowsAtOnce)
    },
    /** Describes the application of `count` rotations to `z`. Returns the number of its pieces. */
    describeRotations({ n, pitch, z }, { rows, cosines, sines }, count) {
      describe({ kind: ofRotations, n, pitch, z, count, rows, cosines, sines })
      return Math.ceil(n / columnsAtOnce)
    },
    perform(piece) {
      const step = fields.map((_, at) => Atomics.load(words, sharedWords + at))
      const [kind, n, pitch, a, taus, z, count, rows, cosines, sines] = step
      if (kind === ofProduct) {
        const from = piece * rowsAtOnce
        kernels.accumulate(n, pitch, a, taus, z, from, Math.min(from + rowsAtOnce, n))
      } else {
        const from = piece * columnsAtOnce
        const to = Math.min(from + columnsAtOnce, 8 * Math.ceil(n / 8))
        kernels.rotate(pitch, z, count, rows, cosines, sines, from, to)
      }
    },
  }
}
