// @ts-nocheck: casting every read of an array, as the compiler asks for, would hide the arithmetic.
// Eigenvalues and eigenvectors of a symmetric tridiagonal matrix by divide and conquer: halves are solved by themselves, and
// joined by a rank-one change of their eigenvalues (Cuppen, "A divide and conquer method for the symmetric tridiagonal
// eigenproblem", 1981; Gu and Eisenstat, "A divide-and-conquer algorithm for the symmetric tridiagonal eigenproblem", 1995). The
// smallest parts are solved by the implicit QL algorithm (Golub and Van Loan, "Matrix Computations", section 8.3.3).

/** Parts up to this size are solved without halves. */
const smallestPart = 64

/** Halves end at whole cache lines. */
const lineOfNumbers = 8

/** The rows, or numbers, of a piece that threads share: few, so that they stay in the cache. */
const rowsOfPiece = 16

/** The number of rotations that are applied together. */
export const batch = 16384

/**
 * Replaces `values`, the diagonal, [n], by the eigenvalues, in any order, and the rows of `x`, of zeros, [n, pitch], by their
 * eigenvectors. `beside`, [n], holds the entries next to the diagonal, and is used up. `parts` are places for what the kernels
 * read and write, as positions and as arrays; `multiply` is the product of matrices, [m, k], [k, n] → [m, n].
 */
export async function diagonaliseTridiagonal({ values, beside, x, pitch, parts, pieces, multiply }) {
  const solve = async (from, to) => {
    if (to - from <= smallestPart) return solvePart(from, to)
    const middle = from + lineOfNumbers * Math.round((to - from) / (2 * lineOfNumbers))
    const join = beside[middle - 1]
    values[middle - 1] -= Math.abs(join)
    values[middle] -= Math.abs(join)
    await solve(from, middle)
    await solve(middle, to)
    if (join !== 0) await joinHalves(from, middle, to, join)
  }

  function solvePart(from, to) {
    const { rows, cosines, sines } = parts
    for (let i = from; i < to; i++) x[i * pitch + i] = 1
    let count = 0
    const flush = () => {
      const end = lineOfNumbers * Math.ceil(to / lineOfNumbers)
      const { x: place, rows, cosines, sines } = parts.places
      pieces.kernels.rotate(8 * pitch, place, count, rows, cosines, sines, from, end)
      count = 0
    }
    implicitQl(values.subarray(from, to), beside.subarray(from, to), (row, cosine, sine) => {
      rows[count] = from + row
      cosines[count] = cosine
      sines[count] = sine
      if (++count === batch) flush()
    })
    flush()
  }

  /** The matrix is that of the halves, plus `|join|·v·vᵀ`, where v has 1 and the sign of `join` on both sides of the middle. */
  async function joinHalves(from, middle, to, join) {
    const ratio = join < 0 ? -Math.SQRT1_2 : Math.SQRT1_2
    // Of unit length, so that the factor is twice as large.
    const weights = new Float64Array(to)
    for (let i = from; i < middle; i++) weights[i] = x[i * pitch + middle - 1] * Math.SQRT1_2
    for (let i = middle; i < to; i++) weights[i] = x[i * pitch + middle] * ratio
    const { kept, settled, sides } = deflate(from, middle, to, 2 * Math.abs(join), weights)
    const k = kept.length
    if (k === 0) return
    for (const [at, row] of kept.entries()) {
      parts.poles[at] = values[row]
      parts.weights[at] = weights[row]
    }
    parts.inverse[0] = 1 / (2 * Math.abs(join))
    const { deltas, poles, weights: weightsPlace, exact, roots, inverse } = parts.places
    pieces.share('solveSecular', rowsOfPiece, k, k, 8 * pitch, deltas, poles, weightsPlace, roots, inverse)
    pieces.share('weightsOfRoots', rowsOfPiece, k, k, 8 * pitch, deltas, poles, weightsPlace, exact)
    pieces.share('vectorsOfRoots', rowsOfPiece, k, k, 8 * pitch, deltas, exact)

    const settledValues = settled.map((row) => values[row])
    const settledRows = settled.map((row) => x.slice(row * pitch + from, row * pitch + to))
    // Rows of one half are zero in the columns of the other.
    const upper = [...kept.keys()].filter((at) => sides[kept[at]] !== below)
    const lower = [...kept.keys()].filter((at) => sides[kept[at]] !== above)
    const products = [
      { first: from, columns: middle - from, product: await turned(kept, upper, from, middle) },
      { first: middle, columns: to - middle, product: await turned(kept, lower, middle, to) },
    ]
    for (const { first, columns, product } of products) {
      for (let i = 0; i < k; i++) {
        x.set(product.subarray(i * columns, (i + 1) * columns), (from + i) * pitch + first)
      }
    }
    values.set(parts.roots.subarray(0, k), from)
    for (const [at, row] of settledRows.entries()) {
      x.set(row, (from + k + at) * pitch + from)
      values[from + k + at] = settledValues[at]
    }
  }

  /** The product of the vectors of the roots and of the rows `kept[at]`, at ∈ `chosen`, in columns `from` to `to` (exclusive). */
  async function turned(kept, chosen, from, to) {
    const [k, inner, columns] = [kept.length, chosen.length, to - from]
    if (inner === 0) return new Float64Array(k * columns)
    const vectors = columnsOf(k, parts.deltas, pitch, Int32Array.from(chosen))
    const rows = new Float64Array(inner * columns)
    for (const [at, each] of chosen.entries()) {
      const row = kept[each] * pitch
      rows.set(x.subarray(row + from, row + to), at * columns)
    }
    return multiply(k, inner, columns, vectors, rows)
  }

  /**
   * Settles the values that the change does not move: those without weight, and all but one of equal ones, whose vectors are
   * rotated so that one has all the weight. Returns the rows of the rest, by value.
   */
  function deflate(from, middle, to, factor, weights) {
    const order = Array.from({ length: to - from }, (_, at) => from + at)
    order.sort((i, j) => values[i] - values[j])
    let greatest = 0
    for (const i of order) greatest = Math.max(greatest, Math.abs(values[i]), Math.abs(weights[i]))
    const tolerance = 4 * Number.EPSILON * greatest
    const sides = new Uint8Array(to).fill(above, 0, middle).fill(below, middle)
    const [kept, settled] = [[], []]
    let last
    for (const i of order) {
      if (factor * Math.abs(weights[i]) <= tolerance) {
        settled.push(i)
        continue
      }
      if (last !== undefined) {
        const length = Math.hypot(weights[i], weights[last])
        const [cosine, sine] = [weights[i] / length, -weights[last] / length]
        if (Math.abs((values[i] - values[last]) * cosine * sine) <= tolerance) {
          weights[i] = length
          rotateRows(last, i, cosine, sine, from, to)
          const [low, high] = [values[last], values[i]]
          values[last] = low * cosine * cosine + high * sine * sine
          values[i] = low * sine * sine + high * cosine * cosine
          if (sides[i] !== sides[last]) sides[i] = both
          settled.push(last)
        } else kept.push(last)
      }
      last = i
    }
    if (last !== undefined) kept.push(last)
    return { kept, settled, sides }
  }

  function rotateRows(i, j, cosine, sine, from, to) {
    const [p, q] = [i * pitch, j * pitch]
    for (let column = from; column < to; column++) {
      const [own, other] = [x[p + column], x[q + column]]
      x[p + column] = cosine * own + sine * other
      x[q + column] = cosine * other - sine * own
    }
  }

  await solve(0, values.length)
}

/** These columns of the first k rows of `matrix`, [·, pitch]. */
function columnsOf(k, matrix, pitch, columns) {
  const count = columns.length
  const chosen = new Float64Array(k * count)
  for (let i = 0; i < k; i++) {
    for (let at = 0; at < count; at++) chosen[i * count + at] = matrix[i * pitch + columns[at]]
  }
  return chosen
}

/** The columns in which a row is not zero. */
const [above, both, below] = [1, 2, 3]

/** The most steps for one eigenvalue; two are usual. */
const maxSteps = 60

/**
 * Replaces the diagonal of a symmetric tridiagonal matrix by its eigenvalues, in any order, by the implicit QL algorithm with
 * Wilkinson's shift. `beside` holds the entries next to the diagonal, [n − 1], and one more number. Tells every rotation.
 */
function implicitQl(diagonal, beside, onRotation) {
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
