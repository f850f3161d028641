/**
 * The loops of an eigendecomposition, compiled to WebAssembly. src/tensor/eigh.js calls them. Rows lie `pitch` bytes apart, a
 * multiple of 16, and are padded with zeros; so are vectors. Each element of `vector` that is read serves four rows.
 */

/** The bytes of a number. */
const size: usize = 8

/** A sum of squares whose numbers are nothing beside entries of about 1, and whose inverse is finite. */
const negligible: f64 = 1e-280

/**
 * Step k of the reduction of a symmetric A, [n, n], n ≥ 2, to a tridiagonal matrix by reflections, `H = I − τ·u·uᵀ`, of which row
 * k of A keeps the vector behind its diagonal (Golub and Van Loan, "Matrix Computations", algorithm 8.3.1). Row k gets the
 * update of the step before, `v` and `w`, and gives its reflection to `u` and τ. `diagonal` [n] and `beside` [n − 1] get the
 * entries of the tridiagonal matrix. Vectors are [n + 8], of zeros at first.
 */
export function beginStep(
  k: i32,
  n: i32,
  pitch: usize,
  a: usize,
  diagonal: usize,
  beside: usize,
  taus: usize,
  v: usize,
  w: usize,
  u: usize,
): void {
  const row = a + <usize>k * pitch
  const vk = at(v, k)
  const wk = at(w, k)
  for (let j = k; j < n; j++) put(row, j, at(row, j) - vk * at(w, j) - wk * at(v, j))
  put(diagonal, k, at(row, k))
  // The vector of the reflection begins behind the diagonal, and is read from an even place.
  put(row, k, 0)
  let rest = 0.0
  for (let j = k + 2; j < n; j++) rest += at(row, j) * at(row, j)
  const first = at(row, k + 1)
  let tau = 0.0
  let entry = first
  put(u, k, 0)
  if (rest > negligible) {
    const square = first * first + rest
    const length = sqrt(square)
    entry = first > 0 ? -length : length
    tau = 1 / (square + abs(first) * length)
    put(row, k + 1, first - entry)
    for (let j = k + 1; j < n; j++) put(u, j, at(row, j))
  } else {
    for (let j = k + 1; j < n; j++) put(u, j, 0)
  }
  put(beside, k, entry)
  put(taus, k, tau)
}

/** Ends step k after `updateAndMultiply`, which left parts of `A·u` in `p`: the next update is `A − v·wᵀ − w·vᵀ`. */
export function endStep(
  k: i32,
  n: i32,
  taus: usize,
  v: usize,
  w: usize,
  u: usize,
  p: usize,
  pieces: i32,
): void {
  const tau = at(taus, k)
  put(v, k, 0)
  put(w, k, 0)
  let along = 0.0
  for (let j = k + 1; j < n; j++) {
    let sum = at(p, j)
    for (let piece = 1; piece < pieces; piece++) sum += at(partOf(p, piece, n), j)
    put(p, j, sum)
    along += sum * at(u, j)
  }
  const factor = (tau * along * tau) / 2
  for (let j = k + 1; j < n; j++) {
    put(w, j, tau * at(p, j) - factor * at(u, j))
    put(v, j, at(u, j))
  }
}

/** The last entry of the diagonal, of which the last update is still to be taken. */
export function endReduction(n: i32, pitch: usize, a: usize, diagonal: usize, v: usize, w: usize): void {
  const last = n - 1
  put(diagonal, last, at(a + <usize>last * pitch, last) - 2 * at(v, last) * at(w, last))
}

/** The place of a part of `A·u`. */
function partOf(p: usize, piece: i32, n: i32): usize {
  return p + <usize>piece * (<usize>(n + 8) * size)
}

/**
 * `A ← A − v·wᵀ − w·vᵀ`, and `p = A·u`, for the rows and columns from `first` on, in one pass. Of the symmetric A only the entries
 * on and above the diagonal are read and written; each gives to two entries of p. The rows are shared out to so many `pieces`,
 * each with a p of its own, [pieces, n + 8]; those numbered `from` to `to` (exclusive) are done.
 */
export function updateAndMultiply(
  first: i32,
  n: i32,
  pitch: usize,
  a: usize,
  v: usize,
  w: usize,
  u: usize,
  p: usize,
  pieces: i32,
  from: i32,
  to: i32,
): void {
  for (let piece = from; piece < to; piece++) {
    const begin = firstRow(first, n, piece, pieces)
    const end = firstRow(first, n, piece + 1, pieces)
    const part = partOf(p, piece, n)
    memory.fill(part + <usize>first * size, 0, <usize>(n - first) * size)
    updateRows(begin, end, n, pitch, a, v, w, u, part)
  }
}

/** The first row of a piece, an even number but for the first, so that pieces have about as many entries. */
function firstRow(first: i32, n: i32, piece: i32, pieces: i32): i32 {
  if (piece === 0) return first
  if (piece === pieces) return n
  const left = sqrt(1 - <f64>piece / <f64>pieces)
  return (n - <i32>(<f64>(n - first) * left)) & ~1
}

function updateRows(
  from: i32,
  to: i32,
  n: i32,
  pitch: usize,
  a: usize,
  v: usize,
  w: usize,
  u: usize,
  p: usize,
): void {
  const end = <usize>n * size
  let i = from
  // Two rows at a time begin at an even column, so that pairs of numbers are aligned.
  if ((i & 1) === 1) {
    updateRow(i, n, pitch, a, v, w, u, p)
    i++
  }
  for (; i + 1 < to; i += 2) {
    const a0 = a + <usize>i * pitch
    const a1 = a0 + pitch
    const v0 = f64x2.splat(at(v, i))
    const v1 = f64x2.splat(at(v, i + 1))
    const w0 = f64x2.splat(at(w, i))
    const w1 = f64x2.splat(at(w, i + 1))
    const u0 = f64x2.splat(at(u, i))
    const u1 = f64x2.splat(at(u, i + 1))
    // The square on the diagonal: (x, y) above and (y, z) below.
    const first = <usize>i * size
    const x = entry(a0, i, v, w, i)
    const y = entry(a0, i + 1, v, w, i)
    const z = entry(a1, i + 1, v, w, i + 1)
    put(a0, i, x)
    put(a0, i + 1, y)
    put(a1, i + 1, z)
    let p0 = f64x2.splat(0)
    let p1 = p0
    for (let j = first + 16; j < end; j += 16) {
      const vj = v128.load(v + j)
      const wj = v128.load(w + j)
      const uj = v128.load(u + j)
      const x0 = updated(v128.load(a0 + j), v0, wj, w0, vj)
      const x1 = updated(v128.load(a1 + j), v1, wj, w1, vj)
      v128.store(a0 + j, x0)
      v128.store(a1 + j, x1)
      p0 = f64x2.add(p0, f64x2.mul(x0, uj))
      p1 = f64x2.add(p1, f64x2.mul(x1, uj))
      v128.store(p + j, f64x2.add(v128.load(p + j), f64x2.add(f64x2.mul(x0, u0), f64x2.mul(x1, u1))))
    }
    put(p, i, at(p, i) + x * at(u, i) + y * at(u, i + 1) + total(p0))
    put(p, i + 1, at(p, i + 1) + y * at(u, i) + z * at(u, i + 1) + total(p1))
  }
  if (i < to) {
    const row = a + <usize>i * pitch
    const x = entry(row, i, v, w, i)
    put(row, i, x)
    put(p, i, at(p, i) + x * at(u, i))
  }
}

/** As `updateAndMultiply`, of one row at an odd place. */
function updateRow(i: i32, n: i32, pitch: usize, a: usize, v: usize, w: usize, u: usize, p: usize): void {
  const end = <usize>n * size
  const row = a + <usize>i * pitch
  const vi = f64x2.splat(at(v, i))
  const wi = f64x2.splat(at(w, i))
  const ui = f64x2.splat(at(u, i))
  const x = entry(row, i, v, w, i)
  put(row, i, x)
  let sum = f64x2.splat(0)
  for (let j = <usize>(i + 1) * size; j < end; j += 16) {
    const uj = v128.load(u + j)
    const xj = updated(v128.load(row + j), vi, v128.load(w + j), wi, v128.load(v + j))
    v128.store(row + j, xj)
    sum = f64x2.add(sum, f64x2.mul(xj, uj))
    v128.store(p + j, f64x2.add(v128.load(p + j), f64x2.mul(xj, ui)))
  }
  put(p, i, at(p, i) + x * at(u, i) + total(sum))
}

/** Entry j of a row, that of number i, after the update. */
function entry(row: usize, j: i32, v: usize, w: usize, i: i32): f64 {
  return at(row, j) - at(v, i) * at(w, j) - at(w, i) * at(v, j)
}

/**
 * Applies rotations to rows i and i + 1 of Z one after another: `(z_i, z_{i+1}) ← (c·z_i − s·z_{i+1}, s·z_i + c·z_{i+1})`, in
 * columns `from` to `to` (exclusive), both multiples of eight. The columns are taken eight at a time. A rotation usually follows that of the row below, so the row that both turn stays in registers. `rows` holds i as int32.
 */
export function rotate(
  pitch: usize,
  z: usize,
  count: i32,
  rows: usize,
  cosines: usize,
  sines: usize,
  from: i32,
  to: i32,
): void {
  const end = z + <usize>to * size
  for (let column = z + <usize>from * size; column < end; column += 64) {
    let r = 0
    while (r < count) {
      let i = load<i32>(rows + <usize>r * 4)
      let row = column + <usize>i * pitch
      let y0 = v128.load(row + pitch)
      let y1 = v128.load(row + pitch, 16)
      let y2 = v128.load(row + pitch, 32)
      let y3 = v128.load(row + pitch, 48)
      for (;;) {
        const c = v128.load64_splat(cosines + <usize>r * size)
        const s = v128.load64_splat(sines + <usize>r * size)
        const x0 = v128.load(row)
        const x1 = v128.load(row, 16)
        const x2 = v128.load(row, 32)
        const x3 = v128.load(row, 48)
        const lower = row + pitch
        v128.store(lower, f64x2.add(f64x2.mul(s, x0), f64x2.mul(c, y0)))
        v128.store(lower, f64x2.add(f64x2.mul(s, x1), f64x2.mul(c, y1)), 16)
        v128.store(lower, f64x2.add(f64x2.mul(s, x2), f64x2.mul(c, y2)), 32)
        v128.store(lower, f64x2.add(f64x2.mul(s, x3), f64x2.mul(c, y3)), 48)
        y0 = f64x2.sub(f64x2.mul(c, x0), f64x2.mul(s, y0))
        y1 = f64x2.sub(f64x2.mul(c, x1), f64x2.mul(s, y1))
        y2 = f64x2.sub(f64x2.mul(c, x2), f64x2.mul(s, y2))
        y3 = f64x2.sub(f64x2.mul(c, x3), f64x2.mul(s, y3))
        r++
        if (r === count || load<i32>(rows + <usize>r * 4) !== i - 1) break
        i--
        row -= pitch
      }
      v128.store(row, y0)
      v128.store(row, y1, 16)
      v128.store(row, y2, 32)
      v128.store(row, y3, 48)
    }
  }
}

/**
 * Roots `from` to `to` (exclusive) of `1/ρ + Σ z_j²/(d_j − λ) = 0` for ascending poles d and weights z, [k], ρ > 0. Root i lies
 * between poles i and i + 1, the last one behind the last pole (Li, "Solving secular equations stably and efficiently", 1993).
 * `values` gets λ_i, and row i of `deltas`, [k, k], `d_j − λ_i`, each of nearly full precision: λ_i is found as the distance to
 * its nearest pole. `inverse` is the place of 1/ρ.
 */
export function solveSecular(
  k: i32,
  pitch: usize,
  deltas: usize,
  poles: usize,
  weights: usize,
  values: usize,
  inverse: usize,
  from: i32,
  to: i32,
): void {
  for (let i = from; i < to; i++) {
    const row = deltas + <usize>i * pitch
    const value =
      i === k - 1
        ? lastRoot(k, row, poles, weights, load<f64>(inverse))
        : innerRoot(i, k, row, poles, weights, load<f64>(inverse))
    put(values, i, value)
  }
}

/** The most steps for one root; about six are usual. */
const mostSteps: i32 = 100

function innerRoot(i: i32, k: i32, row: usize, poles: usize, weights: usize, inverse: f64): f64 {
  const gap = at(poles, i + 1) - at(poles, i)
  let origin = at(poles, i)
  let mu = gap / 2
  let low = 0.0
  let high = gap
  let isNearLower = true
  let hasFixedWeight = true
  let before = f64.MAX_VALUE
  for (let step = 0; step < mostSteps; step++) {
    addTerms(row, poles, weights, origin, mu, 0, i + 1)
    const below = sum
    const belowSlope = slope
    addTerms(row, poles, weights, origin, mu, i + 1, k)
    const above = sum
    const aboveSlope = slope
    const value = inverse + below + above
    const rise = belowSlope + aboveSlope
    if (value < 0) low = mu
    else high = mu
    if (step === 0 && value < 0) {
      isNearLower = false
      origin = at(poles, i + 1)
      low = mu - gap
      high = 0
      mu = low
    }
    if (abs(value) <= f64.EPSILON * (8 * (above - below) + inverse + abs(mu) * rise)) break
    const lower = at(row, i)
    const upper = at(row, i + 1)
    // The other terms are constant, or two functions of one pole each.
    let c = value - lower * belowSlope - upper * aboveSlope
    if (hasFixedWeight && isNearLower) c = value - upper * rise + gap * square(at(weights, i) / lower)
    else if (hasFixedWeight) c = value - lower * rise - gap * square(at(weights, i + 1) / upper)
    const a = (lower + upper) * value - lower * upper * rise
    const b = lower * upper * value
    const root = sqrt(abs(a * a - 4 * b * c))
    let change = a <= 0 ? (a - root) / (2 * c) : (2 * b) / (a + root)
    if (!(value * change < 0)) change = -value / rise
    let next = mu + change
    if (!(next > low && next < high)) next = (low + high) / 2
    if (next === low || next === high) break
    if (step > 0 && abs(value) > before / 10) hasFixedWeight = !hasFixedWeight
    before = abs(value)
    mu = next
  }
  return origin + mu
}

function lastRoot(k: i32, row: usize, poles: usize, weights: usize, inverse: f64): f64 {
  const last = k - 1
  const origin = at(poles, last)
  let high = 0.0
  for (let j = 0; j < k; j++) high += square(at(weights, j)) / inverse
  if (last === 0) {
    put(row, 0, -high)
    return origin + high
  }
  let low = 0.0
  let mu = high / 2
  for (let step = 0; step < mostSteps; step++) {
    addTerms(row, poles, weights, origin, mu, 0, last)
    const below = sum
    const belowSlope = slope
    addTerms(row, poles, weights, origin, mu, last, k)
    const value = inverse + below + sum
    const rise = belowSlope + slope
    if (value < 0) low = mu
    else high = mu
    if (abs(value) <= f64.EPSILON * (inverse - 8 * (below + sum) + mu * rise)) break
    const p = at(row, last - 1)
    const q = at(row, last)
    const c = abs(value - p * belowSlope - q * slope)
    const a = (p + q) * value - p * q * rise
    const b = p * q * value
    const root = sqrt(abs(a * a - 4 * b * c))
    let change = a >= 0 ? (a + root) / (2 * c) : (2 * b) / (a - root)
    if (!(value * change < 0)) change = -value / rise
    let next = mu + change
    if (!(next > low && next < high)) next = (low + high) / 2
    if (next === low || next === high) break
    mu = next
  }
  return origin + mu
}

/** `Σ z_j²/(d_j − λ)` of the last call of `addTerms`, and its derivative. */
let sum: f64 = 0
let slope: f64 = 0

/** Terms `from` to `to` (exclusive) for `λ = origin + mu`. Their `d_j − λ` go to the row. */
function addTerms(row: usize, poles: usize, weights: usize, origin: f64, mu: f64, from: i32, to: i32): void {
  const origins = f64x2.splat(origin)
  const mus = f64x2.splat(mu)
  let sums = f64x2.splat(0)
  let slopes = sums
  let j = from
  for (; j + 1 < to; j += 2) {
    const place = <usize>j * size
    const delta = f64x2.sub(f64x2.sub(v128.load(poles + place), origins), mus)
    v128.store(row + place, delta)
    const weight = v128.load(weights + place)
    const part = f64x2.div(weight, delta)
    sums = f64x2.add(sums, f64x2.mul(weight, part))
    slopes = f64x2.add(slopes, f64x2.mul(part, part))
  }
  sum = total(sums)
  slope = total(slopes)
  if (j < to) {
    const delta = at(poles, j) - origin - mu
    put(row, j, delta)
    const part = at(weights, j) / delta
    sum += at(weights, j) * part
    slope += part * part
  }
}

/**
 * The weights, `from` to `to` (exclusive), of which the numbers found are the roots exactly, with the signs of `weights`:
 * vectors made of them are orthogonal (Gu and Eisenstat, "A stable and efficient algorithm for the rank-one modification of the
 * symmetric eigenproblem", 1994). `exact` gets them up to a common factor.
 */
export function weightsOfRoots(
  k: i32,
  pitch: usize,
  deltas: usize,
  poles: usize,
  weights: usize,
  exact: usize,
  from: i32,
  to: i32,
): void {
  for (let j = from; j < to; j++) {
    const own = at(poles, j)
    const column = deltas + <usize>j * size
    let product = load<f64>(column + <usize>j * pitch)
    for (let i = 0; i < j; i++) product *= load<f64>(column + <usize>i * pitch) / (own - at(poles, i))
    for (let i = j + 1; i < k; i++) product *= load<f64>(column + <usize>i * pitch) / (own - at(poles, i))
    const length = sqrt(abs(product))
    put(exact, j, at(weights, j) < 0 ? -length : length)
  }
}

/** Rows `from` to `to` (exclusive) of `deltas` become `z_j/(d_j − λ_i)` of unit length. */
export function vectorsOfRoots(k: i32, pitch: usize, deltas: usize, exact: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i++) {
    const row = deltas + <usize>i * pitch
    let squares = 0.0
    for (let j = 0; j < k; j++) {
      const part = at(exact, j) / at(row, j)
      put(row, j, part)
      squares += part * part
    }
    const factor = 1 / sqrt(squares)
    for (let j = 0; j < k; j++) put(row, j, at(row, j) * factor)
  }
}

function square(x: f64): f64 {
  return x * x
}

function updated(x: v128, vi: v128, wj: v128, wi: v128, vj: v128): v128 {
  return f64x2.sub(f64x2.sub(x, f64x2.mul(vi, wj)), f64x2.mul(wi, vj))
}

function total(pair: v128): f64 {
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1)
}

function at(vector: usize, index: i32): f64 {
  return load<f64>(vector + <usize>index * size)
}

function put(vector: usize, index: i32, value: f64): void {
  store<f64>(vector + <usize>index * size, value)
}
