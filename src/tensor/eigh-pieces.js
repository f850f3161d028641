// @ts-nocheck: what lies in shared memory has no types.
// The steps of an eigendecomposition that threads can share, each in pieces. Each number is computed as one thread computes it,
// so the result is the same to the bit.
import { wasm } from './eigh-kernels.generated.js'
import { finishPieces, offerPieces, sharedWords } from './shared-work.js'

const compiled = new WebAssembly.Module(Buffer.from(wasm, 'base64'))

/** The kernels whose last two arguments are a range, and how many arguments come before. */
const steps = [
  ['updateAndMultiply', 9],
  ['solveSecular', 7],
  ['weightsOfRoots', 6],
  ['vectorsOfRoots', 4],
]

/** What the words behind those of the shared work say of a step. A thread may come late, so it reads them with each piece. */
const [stepWord, sizeWord, lengthWord, argumentWords] = [0, 1, 2, 3].map((at) => sharedWords + at)

export const wordsOfPieces = argumentWords + Math.max(...steps.map(([, count]) => count))

/** The kernels in this memory, and what takes part in the steps that the words at this place of it describe. */
export function openPieces(memory, place) {
  const { exports: kernels } = new WebAssembly.Instance(compiled, { env: { memory } })
  const words = new Int32Array(memory.buffer, place, wordsOfPieces)
  const values = steps.map(([, count]) => new Array(count + 2).fill(0))
  function perform(piece) {
    const step = Atomics.load(words, stepWord)
    const size = Atomics.load(words, sizeWord)
    const [name, count] = steps[step]
    const own = values[step]
    for (let at = 0; at < count; at++) own[at] = Atomics.load(words, argumentWords + at)
    own[count] = piece * size
    own[count + 1] = Math.min((piece + 1) * size, Atomics.load(words, lengthWord))
    kernels[name](...own)
  }
  return {
    kernels,
    words,
    perform,
    /** Has all threads run a kernel on the range up to `length`, in pieces of `size`. */
    share(name, size, length, ...values) {
      Atomics.store(
        words,
        stepWord,
        steps.findIndex(([each]) => each === name),
      )
      Atomics.store(words, sizeWord, size)
      Atomics.store(words, lengthWord, length)
      for (let at = 0; at < values.length; at++) Atomics.store(words, argumentWords + at, values[at])
      offerPieces(words, Math.ceil(length / size))
      finishPieces(words, perform)
    },
  }
}
