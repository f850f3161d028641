// @ts-nocheck: casting every read of an array, as the compiler asks for, would hide the arithmetic.
// The eigendecomposition of a symmetric matrix, in double precision: reflections to a tridiagonal matrix, then the implicit QL
// algorithm (Golub and Van Loan, "Matrix Computations", sections 8.3.1 and 8.3.3). Its loops are WebAssembly.
import { Worker } from 'node:worker_threads'
import { openPieces, wordsOfPieces } from './eigh-pieces.js'
import { endWork, finishPieces, offerPieces } from './shared-work.js'

/** The number of rotations that are applied together. */
const batch = 16384

/** Below this size a matrix is not worth the start of a thread. */
const leastSharedSize = 192

/** More threads hardly help: reflections need one. */
const mostHelpers = 3

/** Memory up to this size is used again, since touching fresh memory takes long. 40 MB serve a matrix of 1,500 rows. */
const keptBytes = 40 * 2 ** 20

const pageBytes = 65_536

/**
 * Eigenvalues, ascending, and eigenvectors, column k of [n, n] that of value k, of a symmetric matrix, by so many threads. The
 * result is the same to the bit for any number of threads. Throws an error if an entry is not finite.
 * @param {number} threads
 * @returns {(n: number, data: Float64Array) => { values: Float64Array<ArrayBuffer>, vectors: Float64Array<ArrayBuffer> }}
 */
export function createEigh(threads) {
  let helpers
  let kept
  const memoryOf = (bytes) => {
    if (kept !== undefined && kept.buffer.byteLength >= bytes) {
      new Uint8Array(kept.buffer).fill(0)
      return kept
    }
    const pages = Math.ceil(bytes / pageBytes)
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
    if (bytes <= keptBytes) kept = memory
    return memory
  }
  const helpersFor = (n) => {
    if (n < leastSharedSize) return []
    helpers ??= Array.from({ length: Math.min(threads - 1, mostHelpers) }, startHelper)
    return helpers
  }
  return (n, data) => {
    const greatest = greatestSize(data)
    if (n < 2 || greatest === 0)
      return { values: Float64Array.from(data.subarray(0, n)), vectors: identity(n) }
    return decompose(n, data, greatest, memoryOf, helpersFor(n))
  }
}

function startHelper() {
  const helper = new Worker(new URL('./eigh-helper.js', import.meta.url), { execArgv: [] })
  helper.unref()
  // A thread that cannot start takes no piece. A piece that fails in it is an error of the decomposition.
  helper.on('error', () => {})
  return helper
}

function decompose(n, data, greatest, memoryOf, helpers) {
  // An odd number of cache lines, so that the rows of a column do not share a few places in the cache.
  const lines = Math.ceil(n / 8) | 1
  const pitch = 8 * lines
  let end = pageBytes
  const allocate = (bytes) => {
    const position = end
    end += 64 * Math.ceil(bytes / 64)
    return position
  }
  const square = () => allocate(8 * pitch * n)
  const vector = () => allocate(8 * (n + 8))
  const rotations = () => ({
    rows: allocate(4 * batch),
    cosines: allocate(8 * batch),
    sines: allocate(8 * batch),
  })
  const place = allocate(4 * wordsOfPieces)
  const [a, z] = [square(), square()]
  const [diagonal, beside, taus, v, w, u, p] = Array.from({ length: 7 }, vector)
  const batches = [rotations(), rotations()]
  const memory = memoryOf(end)

  // A power of two, so that scaling rounds nothing and no square of an entry overflows or vanishes.
  const scale = 2 ** Math.floor(Math.log2(greatest))
  const numbers = (position, length) => new Float64Array(memory.buffer, position, length)
  const whole = numbers(a, n * pitch)
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) whole[i * pitch + j] = data[i * n + j] / scale
  }
  const layout = { n, pitch: 8 * pitch, a, taus, z }
  const pieces = openPieces(memory, place)
  for (const helper of helpers) helper.postMessage({ memory, place })
  const values = numbers(diagonal, n)
  try {
    pieces.kernels.tridiagonalise(n, 8 * pitch, a, diagonal, beside, taus, v, w, u, p)
    offerPieces(pieces.words, pieces.describeProduct(layout))
    finishPieces(pieces.words, pieces.perform)
    rotateAll(pieces, layout, values, numbers(beside, n), memory, batches)
  } finally {
    endWork(pieces.words)
  }

  const product = numbers(z, n * pitch)
  const order = [...values.keys()].sort((i, j) => values[i] - values[j])
  const vectors = new Float64Array(n * n)
  // Some rows of the result at a time, whose lines stay in the cache.
  for (let from = 0; from < n; from += 8) {
    const to = Math.min(from + 8, n)
    for (let k = 0; k < n; k++) {
      const row = order[k] * pitch
      for (let j = from; j < to; j++) vectors[j * n + k] = product[row + j]
    }
  }
  return { values: Float64Array.from(order, (i) => values[i] * scale), vectors }
}

/** Finds the eigenvalues, and rotates. One batch of rotations is found while other threads apply the one before. */
function rotateAll({ words, perform, describeRotations }, layout, values, beside, memory, batches) {
  const arrays = batches.map(({ rows, cosines, sines }) => ({
    rows: new Int32Array(memory.buffer, rows, batch),
    cosines: new Float64Array(memory.buffer, cosines, batch),
    sines: new Float64Array(memory.buffer, sines, batch),
  }))
  let [filled, count] = [0, 0]
  let { rows, cosines, sines } = arrays[filled]
  const flush = () => {
    finishPieces(words, perform)
    offerPieces(words, describeRotations(layout, batches[filled], count))
    filled = 1 - filled
    count = 0
    ;({ rows, cosines, sines } = arrays[filled])
  }
  diagonalise(values, beside, (row, cosine, sine) => {
    rows[count] = row
    cosines[count] = cosine
    sines[count] = sine
    if (++count === batch) flush()
  })
  flush()
  finishPieces(words, perform)
}

/** The greatest absolute value. Throws an error if an entry is not finite. */
function greatestSize(data) {
  let greatest = 0
  for (let at = 0; at < data.length; at++) {
    const size = Math.abs(data[at])
    if (!(size <= Number.MAX_VALUE)) throw new Error('this matrix has an entry that is not finite')
    if (size > greatest) greatest = size
  }
  return greatest
}

/** The most steps for one eigenvalue; two are usual. */
const maxSteps = 60

/**
 * Replaces the diagonal of a symmetric tridiagonal matrix by its eigenvalues, in any order, by the implicit QL algorithm with
 * Wilkinson's shift. `beside` holds the entries next to the diagonal, [n − 1], and one more number. Tells every rotation.
 */
function diagonalise(diagonal, beside, onRotation) {
  const n = diagonal.length
  beside[n - 1] = 0
  for (let l = 0; l < n; l++) {
    for (let step = 0; ; step++) {
      let m = l
      while (
        m < n - 1 &&
        Math.abs(beside[m]) > Number.EPSILON * (Math.abs(diagonal[m]) + Math.abs(diagonal[m + 1]))
      )
        m++
      if (m === l) break
      if (step === maxSteps) throw new Error('the eigenvalues of this matrix are not found')
      let g = (diagonal[l + 1] - diagonal[l]) / (2 * beside[l])
      let r = Math.sqrt(g * g + 1)
      g = diagonal[m] - diagonal[l] + beside[l] / (g + (g >= 0 ? r : -r))
      let [sine, cosine, p] = [1, 1, 0]
      let i = m - 1
      for (; i >= l; i--) {
        const f = sine * beside[i]
        const b = cosine * beside[i]
        r = Math.sqrt(f * f + g * g)
        beside[i + 1] = r
        if (r === 0) {
          diagonal[i + 1] -= p
          beside[m] = 0
          break
        }
        sine = f / r
        cosine = g / r
        g = diagonal[i + 1] - p
        r = (diagonal[i] - g) * sine + 2 * cosine * b
        p = sine * r
        diagonal[i + 1] = g + p
        g = cosine * r - b
        onRotation(i, cosine, sine)
      }
      if (r === 0 && i >= l) continue
      diagonal[l] -= p
      beside[l] = g
      beside[m] = 0
    }
  }
}

function identity(n) {
  const result = new Float64Array(n * n)
  for (let i = 0; i < n; i++) result[i * n + i] = 1
  return result
}
