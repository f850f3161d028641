// @ts-nocheck: what lies in shared memory has no types.
// The steps of an eigendecomposition that threads can share, each in pieces. Each number is computed as one thread computes it,
// so the result is the same to the bit.
import { wasm } from './eigh-kernels.generated.js'
import { finishPieces, offerPieces, sharedWords } from './shared-work.js'

const compiled = new WebAssembly.Module(Buffer.from(wasm, 'base64'))

/** The rows, or numbers, of a piece: few, so that they stay in the cache. */
const pieceSize = 16

/** The kernels that work on a range of rows or numbers, which are their last two arguments, and how many arguments come before. */
const steps = [
  ['reflect', 5],
  ['solveSecular', 7],
  ['weightsOfRoots', 6],
  ['vectorsOfRoots', 4],
]

/** What the words behind those of the shared work say of a step. A thread may come late, so it reads them with each piece. */
const wordsOfStep = 2 + Math.max(...steps.map(([, count]) => count))

export const wordsOfPieces = sharedWords + wordsOfStep

/** The kernels in this memory, and what takes part in the steps that the words at this place of it describe. */
export function openPieces(memory, place) {
  const { exports: kernels } = new WebAssembly.Instance(compiled, { env: { memory } })
  const words = new Int32Array(memory.buffer, place, wordsOfPieces)
  function perform(piece) {
    const [step, length, ...values] = Array.from({ length: wordsOfStep }, (_, at) =>
      Atomics.load(words, sharedWords + at),
    )
    const [name, count] = steps[step]
    const from = piece * pieceSize
    kernels[name](...values.slice(0, count), from, Math.min(from + pieceSize, length))
  }
  return {
    kernels,
    words,
    perform,
    /** Has all threads run a kernel on so many rows or numbers. */
    share(name, length, ...values) {
      const step = steps.findIndex(([each]) => each === name)
      for (const [at, value] of [step, length, ...values].entries()) {
        Atomics.store(words, sharedWords + at, value)
      }
      offerPieces(words, Math.ceil(length / pieceSize))
      finishPieces(words, perform)
    },
  }
}
