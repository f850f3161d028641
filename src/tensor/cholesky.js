// @ts-nocheck: casting every read of an array, as the compiler asks for, would hide the arithmetic.
// Systems of symmetric positive definite matrices, row-major and in double precision. Every inner loop runs along rows.

/**
 * Replaces a symmetric positive definite A, [n, n], by the lower triangle L of `A = L·Lᵀ`. Reads the lower triangle of A
 * alone. Throws an error if A is not positive definite.
 * @param {number} n
 * @param {Float64Array} a
 */
export function factorise(n, a) {
  for (let i = 0; i < n; i++) {
    const row = i * n
    for (let j = 0; j <= i; j++) {
      const other = j * n
      // Four sums at a time, which the processor computes side by side.
      let [s0, s1, s2, s3] = [0, 0, 0, 0]
      let k = 0
      for (; k + 3 < j; k += 4) {
        s0 += a[row + k] * a[other + k]
        s1 += a[row + k + 1] * a[other + k + 1]
        s2 += a[row + k + 2] * a[other + k + 2]
        s3 += a[row + k + 3] * a[other + k + 3]
      }
      for (; k < j; k++) s0 += a[row + k] * a[other + k]
      const rest = a[row + j] - (s0 + s1 + s2 + s3)
      if (i !== j) a[row + j] = rest / a[other + j]
      else if (rest > 0) a[row + j] = Math.sqrt(rest)
      else throw new Error('this matrix is not positive definite')
    }
    a.fill(0, row + i + 1, row + n)
  }
}

/**
 * Replaces B, [n, m], by `L⁻¹·B`.
 * @param {number} n
 * @param {Float64Array} l
 * @param {number} m
 * @param {Float64Array} b
 */
export function solveLower(n, l, m, b) {
  for (let i = 0; i < n; i++) {
    const row = i * m
    for (let k = 0; k < i; k++) subtractRow(b, row, k * m, l[i * n + k], m)
    divideRow(b, row, l[i * n + i], m)
  }
}

/**
 * Replaces B, [n, m], by `L⁻ᵀ·B`.
 * @param {number} n
 * @param {Float64Array} l
 * @param {number} m
 * @param {Float64Array} b
 */
export function solveUpper(n, l, m, b) {
  for (let i = n - 1; i >= 0; i--) {
    const row = i * m
    for (let k = i + 1; k < n; k++) subtractRow(b, row, k * m, l[k * n + i], m)
    divideRow(b, row, l[i * n + i], m)
  }
}

/**
 * `L⁻ᵀ`, upper triangular: `W·Wᵀ = A⁻¹`.
 * @param {number} n
 * @param {Float64Array} l
 */
export function inverseTransposed(n, l) {
  // The rows of L⁻¹, of which row i has i + 1 entries.
  const inverse = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    const row = i * n
    inverse[row + i] = 1
    for (let k = 0; k < i; k++) subtractRow(inverse, row, k * n, l[row + k], k + 1)
    divideRow(inverse, row, l[row + i], i + 1)
  }
  const result = new Float64Array(n * n)
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) result[j * n + i] = inverse[i * n + j]
  return result
}

/**
 * @param {Float64Array} data
 * @param {number} row
 * @param {number} other
 * @param {number} factor
 * @param {number} length
 */
function subtractRow(data, row, other, factor, length) {
  if (factor === 0) return
  for (let k = 0; k < length; k++) data[row + k] -= factor * data[other + k]
}

/**
 * @param {Float64Array} data
 * @param {number} row
 * @param {number} divisor
 * @param {number} length
 */
function divideRow(data, row, divisor, length) {
  for (let k = 0; k < length; k++) data[row + k] /= divisor
}
