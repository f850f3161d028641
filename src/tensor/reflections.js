// @ts-nocheck: casting every read of an array, as the compiler asks for, would hide the arithmetic.
// Products of reflections, some at a time as matrices (Schreiber and Van Loan, "A storage-efficient WY representation for products
// of Householder transformations", 1989).

/** The reflections of a block. */
const blockSize = 64

/**
 * Replaces Q, [n, n], by `H_0 ⋯ H_{n−3}·Q`, where `H_k = I − τ_k·u_k·u_kᵀ`, and u_k is row k of `a`, [n, pitch], from column k + 1
 * on. `multiply` is the product of matrices, [m, k], [k, n] → [m, n].
 */
export async function applyReflections(n, pitch, a, taus, q, multiply) {
  for (let end = n - 2; end > 0; end -= blockSize) {
    const first = Math.max(0, end - blockSize)
    const [count, rows] = [end - first, n - first - 1]
    // Reflections of the block leave the rows up to `first` as they are.
    const across = new Float64Array(count * rows)
    for (let k = 0; k < count; k++) {
      const row = (first + k) * pitch + first + 1
      across.set(a.subarray(row, row + rows), k * rows)
    }
    const down = transposed(count, rows, across)
    const inner = await multiply(count, rows, count, across, down)
    const factor = factorOf(count, inner, taus.subarray(first, end))
    const lower = q.subarray((first + 1) * n)
    const along = await multiply(count, count, n, factor, await multiply(count, rows, n, across, lower))
    const change = await multiply(rows, count, n, down, along)
    subtract(lower, change)
  }
}

/** [m, n] → [n, m]. */
function transposed(m, n, matrix) {
  const result = new Float64Array(n * m)
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) result[j * m + i] = matrix[i * n + j]
  }
  return result
}

/** Subtracts `b` from `a`. */
function subtract(a, b) {
  for (let at = 0; at < a.length; at++) a[at] -= b[at]
}

/** The upper triangular T, [b, b], with `H_0 ⋯ H_{b−1} = I − U·T·Uᵀ`; `inner` is UᵀU. */
function factorOf(count, inner, taus) {
  const factor = new Float64Array(count * count)
  for (let j = 0; j < count; j++) {
    factor[j * count + j] = taus[j]
    for (let i = 0; i < j; i++) {
      let sum = 0
      for (let l = i; l < j; l++) sum += factor[i * count + l] * inner[l * count + j]
      factor[i * count + j] = -taus[j] * sum
    }
  }
  return factor
}
