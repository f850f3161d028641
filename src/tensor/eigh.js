// @ts-nocheck: casting every read of an array, as the compiler asks for, would hide the arithmetic.
// The eigendecomposition of a symmetric matrix, in double precision: reflections to a tridiagonal matrix (Golub and Van Loan,
// "Matrix Computations", section 8.3.1), and divide and conquer. Its loops are WebAssembly.
import { Worker } from 'node:worker_threads'
import { openPieces, wordsOfPieces } from './eigh-pieces.js'
import { applyReflections } from './reflections.js'
import { endWork } from './shared-work.js'
import { batch, diagonaliseTridiagonal } from './tridiagonal.js'

/** Below this size a matrix is not worth the start of a thread. */
const leastSharedSize = 192

/** More threads hardly help: much is done by one, and products of matrices have threads of their own. */
const mostHelpers = 3

/** Memory up to this size is used again, since touching fresh memory takes long. 40 MB serve a matrix of 1,500 rows. */
const keptBytes = 40 * 2 ** 20

const pageBytes = 65_536

/** The first page is left to the compiler of the kernels. */
const placeOfWords = pageBytes

/**
 * Eigenvalues, ascending, and eigenvectors, column k of [n, n] that of value k, of a symmetric matrix, by so many threads. The
 * result is the same to the bit for any number of threads, if `multiply`, [m, k], [k, n] → [m, n], is. Throws an error if an
 * entry is not finite.
 * @param {number} threads
 * @param {(m: number, k: number, n: number, a: Float64Array, b: Float64Array) => Promise<Float64Array>} multiply
 * @returns {(n: number, data: Float64Array) => Promise<{ values: Float64Array<ArrayBuffer>, vectors: Float64Array<ArrayBuffer> }>}
 */
export function createEigh(threads, multiply) {
  let helpers
  let kept
  let lastNumber = 0
  const take = (bytes) => {
    const workspace = kept
    kept = undefined
    if (workspace === undefined || workspace.memory.buffer.byteLength < bytes) return openWorkspace(bytes)
    new Uint8Array(workspace.memory.buffer).fill(0)
    return workspace
  }
  // A memory keeps its kernels: code that meets new ones at each decomposition is compiled again and again.
  const openWorkspace = (bytes) => {
    const pages = Math.ceil(bytes / pageBytes)
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
    lastNumber += 1
    return { number: lastNumber, memory, pieces: openPieces(memory, placeOfWords) }
  }
  const isKept = ({ memory }) => memory.buffer.byteLength <= keptBytes
  const helpersFor = (n) => {
    if (n < leastSharedSize) return []
    helpers ??= Array.from({ length: Math.min(threads - 1, mostHelpers) }, startHelper)
    return helpers
  }
  return async (n, data) => {
    const greatest = greatestSize(data)
    if (n < 2 || greatest === 0)
      return { values: Float64Array.from(data.subarray(0, n)), vectors: identity(n) }
    const layout = layOut(n)
    const workspace = take(layout.bytes)
    const { number, memory, pieces } = workspace
    for (const helper of helpersFor(n)) {
      helper.postMessage({ memory, place: placeOfWords, number: isKept(workspace) ? number : undefined })
    }
    try {
      return await decompose(n, data, greatest, layout, memory, pieces, multiply)
    } finally {
      endWork(pieces.words)
      if (isKept(workspace)) kept = workspace
    }
  }
}

function startHelper() {
  const helper = new Worker(new URL('./eigh-helper.js', import.meta.url), { execArgv: [] })
  helper.unref()
  // A thread that cannot start takes no piece. A piece that fails in it is an error of the decomposition.
  helper.on('error', () => {})
  return helper
}

/** Where everything lies in the memory of a decomposition. */
function layOut(n) {
  // An odd number of cache lines, so that the rows of a column do not share a few places in the cache.
  const lines = Math.ceil(n / 8) | 1
  const pitch = 8 * lines
  let end = placeOfWords + 64 * Math.ceil((4 * wordsOfPieces) / 64)
  const allocate = (bytes) => {
    const position = end
    end += 64 * Math.ceil(bytes / 64)
    return position
  }
  const square = () => allocate(8 * pitch * n)
  const vector = () => allocate(8 * (n + 8))
  const places = {
    ...{ a: square(), x: square(), deltas: square() },
    ...{ diagonal: vector(), beside: vector(), taus: vector(), v: vector(), w: vector(), u: vector() },
    ...{
      p: allocate(8 * (n + 8) * productParts),
      poles: vector(),
      weights: vector(),
      exact: vector(),
      roots: vector(),
    },
    ...{ inverse: allocate(8), rows: allocate(4 * batch), cosines: allocate(8 * batch) },
    sines: allocate(8 * batch),
  }
  return { pitch, places, bytes: end }
}

async function decompose(n, data, greatest, { pitch, places }, memory, pieces, multiply) {
  // A power of two, so that scaling rounds nothing and no square of an entry overflows or vanishes.
  const scale = 2 ** Math.floor(Math.log2(greatest))
  const numbers = (place, length) => new Float64Array(memory.buffer, places[place], length)
  const whole = numbers('a', n * pitch)
  copyUpperTriangle(n, data, scale, whole, pitch)
  const values = numbers('diagonal', n)
  const x = numbers('x', n * pitch)
  tridiagonalise(n, 8 * pitch, places, pieces)
  const parts = {
    ...{ places, poles: numbers('poles', n), weights: numbers('weights', n), roots: numbers('roots', n) },
    ...{ inverse: numbers('inverse', 1), deltas: numbers('deltas', n * pitch) },
    rows: new Int32Array(memory.buffer, places.rows, batch),
    ...{ cosines: numbers('cosines', batch), sines: numbers('sines', batch) },
  }
  const tridiagonal = { values, beside: numbers('beside', n), x, pitch }
  await diagonaliseTridiagonal({ ...tridiagonal, parts, pieces, multiply })

  const order = [...values.keys()].sort((i, j) => values[i] - values[j])
  const vectors = rowsAsColumns(n, x, pitch, Int32Array.from(order))
  await applyReflections(n, pitch, whole, numbers('taus', n), vectors, multiply)
  return { values: Float64Array.from(order, (i) => values[i] * scale), vectors }
}

// Loops over a matrix stand in functions of their own: what a large function around them does would keep them from being compiled.

/** Writes the upper triangle of `data`, [n, n], divided by `scale`, to `whole`, [n, pitch]. */
function copyUpperTriangle(n, data, scale, whole, pitch) {
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) whole[i * pitch + j] = data[i * n + j] / scale
  }
}

/** The rows of `x`, [n, pitch], in this order, as columns, [n, n]. */
function rowsAsColumns(n, x, pitch, order) {
  const columns = new Float64Array(n * n)
  // Some rows of the result at a time, whose lines stay in the cache.
  for (let from = 0; from < n; from += 8) {
    const to = Math.min(from + 8, n)
    for (let k = 0; k < n; k++) {
      const row = order[k] * pitch
      for (let j = from; j < to; j++) columns[j * n + k] = x[row + j]
    }
  }
  return columns
}

/** The rows of a product are shared out to so many pieces, whatever the number of threads, if there are enough. */
const productParts = 4
const leastSharedRows = 192

/** Reduces A to a tridiagonal matrix: `diagonal`, [n], and `beside`, [n − 1]. Its reflections stay in `a` and `taus`. */
function tridiagonalise(n, pitch, { a, diagonal, beside, taus, v, w, u, p }, { kernels, share }) {
  for (let k = 0; k < n - 1; k++) {
    kernels.beginStep(k, n, pitch, a, diagonal, beside, taus, v, w, u)
    if (k === n - 2) break
    const parts = n - k > leastSharedRows ? productParts : 1
    const product = [k + 1, n, pitch, a, v, w, u, p, parts]
    if (parts > 1) share('updateAndMultiply', 1, parts, ...product)
    else kernels.updateAndMultiply(...product, 0, 1)
    kernels.endStep(k, n, taus, v, w, u, p, parts)
  }
  kernels.endReduction(n, pitch, a, diagonal, v, w)
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

function identity(n) {
  const result = new Float64Array(n * n)
  for (let i = 0; i < n; i++) result[i * n + i] = 1
  return result
}
