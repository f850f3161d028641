// @ts-nocheck: casting every read of an array, as the compiler asks for, would hide the arithmetic.
// The eigendecomposition of a symmetric matrix, in double precision: reflections to a tridiagonal matrix, then the implicit QL
// algorithm (Golub and Van Loan, "Matrix Computations", sections 8.3.1 and 8.3.3). Its loops are WebAssembly.
import { wasm } from './eigh-kernels.generated.js'

const compiled = new WebAssembly.Module(Buffer.from(wasm, 'base64'))

/** The number of rotations that are applied together. */
const batch = 32768

/**
 * Eigenvalues, ascending, and eigenvectors, column k of [n, n] that of value k, of a symmetric matrix. Throws an error if an
 * entry is not finite.
 * @param {number} n
 * @param {Float64Array} data
 * @returns {{ values: Float64Array<ArrayBuffer>, vectors: Float64Array<ArrayBuffer> }}
 */
export function eigh(n, data) {
  let greatest = 0
  for (let at = 0; at < data.length; at++) {
    const size = Math.abs(data[at])
    if (!(size <= Number.MAX_VALUE)) throw new Error('this matrix has an entry that is not finite')
    if (size > greatest) greatest = size
  }
  if (n < 2 || greatest === 0) return { values: Float64Array.from(data.subarray(0, n)), vectors: identity(n) }

  // An odd number of cache lines, so that the rows of a column do not share a few places in the cache.
  const lines = Math.ceil(n / 8) | 1
  const pitch = 8 * lines
  const { exports } = new WebAssembly.Instance(compiled)
  const { memory, tridiagonalise, accumulate, rotate } = exports
  let end = memory.buffer.byteLength
  const allocate = (bytes) => {
    const position = end
    end += 64 * Math.ceil(bytes / 64)
    return position
  }
  const square = () => allocate(8 * pitch * n)
  const vector = () => allocate(8 * (n + 8))
  const [a, z] = [square(), square()]
  const [diagonal, beside, taus, v, w, u, p] = Array.from({ length: 7 }, vector)
  const [cosines, sines, rows] = [allocate(8 * batch), allocate(8 * batch), allocate(4 * batch)]
  memory.grow(Math.ceil((end - memory.buffer.byteLength) / 65536))

  // A power of two, so that scaling rounds nothing and no square of an entry overflows or vanishes.
  const scale = 2 ** Math.floor(Math.log2(greatest))
  const numbers = (position, length) => new Float64Array(memory.buffer, position, length)
  const whole = numbers(a, n * pitch)
  const product = numbers(z, n * pitch)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) whole[i * pitch + j] = data[i * n + j] / scale
    product[i * pitch + i] = 1
  }
  tridiagonalise(n, 8 * pitch, a, diagonal, beside, taus, v, w, u, p)
  numbers(u, n).fill(0)
  accumulate(n, 8 * pitch, a, taus, z, u)
  const values = numbers(diagonal, n)
  let count = 0
  const [c, s] = [numbers(cosines, batch), numbers(sines, batch)]
  const index = new Int32Array(memory.buffer, rows, batch)
  const flush = () => {
    rotate(n, 8 * pitch, z, count, rows, cosines, sines)
    count = 0
  }
  diagonalise(values, numbers(beside, n), (row, cosine, sine) => {
    index[count] = row
    c[count] = cosine
    s[count] = sine
    if (++count === batch) flush()
  })
  flush()

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
