/**
 * The methods and spaces once more, as their formulas are written: plain loops over plain numbers in double precision,
 * one symbol a name. What the library computes must agree with it, and it shares no code with the library.
 */
import { eigen } from './spectrum.js'

export type Rows = readonly (readonly number[])[]

export interface Problem {
  /** T, query features in `clip`, and U, in the chosen space. */
  readonly T: Rows
  readonly U: Rows
  /** W, the text classifier. */
  readonly W: Rows
  /** F, support features in `clip`, and G, in the chosen space. */
  readonly F: Rows
  readonly G: Rows
  /** The class of each support image. */
  readonly labels: readonly number[]
  readonly alpha: number
  readonly beta: number
  readonly gamma: number
}

export interface Bounds {
  readonly minM: number
  readonly maxM: number
  readonly minA: number
  readonly maxA: number
}

const dot = (x: readonly number[], y: readonly number[]): number =>
  x.reduce((sum, value, k) => sum + value * (y[k] ?? 0), 0)
const unit = (x: readonly number[]): number[] => {
  const length = Math.sqrt(dot(x, x))
  return x.map((value) => (length > 0 ? value / length : 0))
}
const minus = (x: readonly number[], y: readonly number[]): number[] =>
  x.map((value, k) => value - (y[k] ?? 0))
const meanOf = (rows: Rows): number[] =>
  (rows[0] ?? []).map((_, k) => rows.reduce((sum, row) => sum + (row[k] ?? 0), 0) / rows.length)

/** `A·Bᵀ`. */
export const products = (A: Rows, B: Rows): number[][] => A.map((a) => B.map((b) => dot(a, b)))

/** `V·L`: values of support images summed by class. */
const byClass = (V: Rows, labels: readonly number[], classes: number): number[][] =>
  V.map((v) => {
    const sums = new Array<number>(classes).fill(0)
    for (const [j, c] of labels.entries()) sums[c] = (sums[c] ?? 0) + (v[j] ?? 0)
    return sums
  })

const added = (...parts: readonly Rows[]): number[][] =>
  (parts[0] ?? []).map((row, i) =>
    row.map((_, c) => parts.reduce((sum, part) => sum + (part[i]?.[c] ?? 0), 0)),
  )
const times = (factor: number, A: Rows): number[][] => A.map((row) => row.map((value) => factor * value))

/** `100·T·Wᵀ`. */
export const zeroShot = ({ T, W }: Problem): number[][] => times(100, products(T, W))

/** `exp(−β(1 − U·Gᵀ))·L`. */
const cache = ({ U, G, W, labels, beta }: Problem): number[][] =>
  byClass(
    products(U, G).map((row) => row.map((affinity) => Math.exp(-beta * (1 - affinity)))),
    labels,
    W.length,
  )

/** `softmax(x·Wᵀ/τ)`, τ = 0.5. */
const distribution = (x: readonly number[], W: Rows): number[] => {
  const weights = W.map((w) => Math.exp(dot(x, w) / 0.5))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}

/** `M[i, j] = KL(p_i ‖ q_j)`. */
export function divergences(T: Rows, F: Rows, W: Rows): number[][] {
  const q = F.map((f) => distribution(f, W))
  return T.map((t) => {
    const p = distribution(t, W)
    return q.map((qj) => p.reduce((sum, pk, k) => sum + pk * Math.log(pk / (qj[k] ?? 0)), 0))
  })
}

/** The four numbers of φ over all pairs but those left out. */
export function boundsOf(M: Rows, A: Rows, leftOut: (i: number, j: number) => boolean = () => false): Bounds {
  const kept = (rows: Rows) => rows.flatMap((row, i) => row.filter((_, j) => !leftOut(i, j)))
  return {
    minM: Math.min(...kept(M)),
    maxM: Math.max(...kept(M)),
    minA: Math.min(...kept(A)),
    maxA: Math.max(...kept(A)),
  }
}

/** `φ(−M)·L`, `φ(−M) = −[(M − min M)/(max M − min M)·(max A − min A) + min A]`. */
const kl = ({ T, F, W, labels }: Problem, { minM, maxM, minA, maxA }: Bounds): number[][] =>
  byClass(
    divergences(T, F, W).map((row) =>
      row.map((divergence) => -(((divergence - minM) / (maxM - minM)) * (maxA - minA) + minA)),
    ),
    labels,
    W.length,
  )

/** The logits of every method by its id; a `++` differs in its space alone, which is in U and G. */
export const logits: Readonly<Record<string, (problem: Problem, bounds: Bounds) => number[][]>> = {
  'zero-shot': zeroShot,
  'tip-adapter': (problem) => added(zeroShot(problem), times(problem.alpha, cache(problem))),
  'tip-adapter++': (problem) => added(zeroShot(problem), times(problem.alpha, cache(problem))),
  'tip-x': tipX,
  'tip-x++': tipX,
  prototype: (problem) => added(zeroShot(problem), times(problem.alpha, nearestMean(problem))),
  gda: (problem) => added(zeroShot(problem), times(problem.alpha, gaussian(problem))),
}

/** `exp(−β(1 − U·Pᵀ))`, P the unit class means of G. */
function nearestMean({ U, G, W, labels, beta }: Problem): number[][] {
  const P = W.map((_, c) => unit(meanOf(G.filter((_, j) => labels[j] === c))))
  return products(U, P).map((row) => row.map((affinity) => Math.exp(-beta * (1 - affinity))))
}

/** `U·Vᵀ + b`, `V_c = Σ⁻¹μ_c`, `b_c = −½·μ_cᵀΣ⁻¹μ_c`, `Σ⁻¹ = d·((n−1)·Σ_w + tr(Σ_w)·I)⁻¹`. */
function gaussian({ U, G, W, labels }: Problem): number[][] {
  const n = G.length
  const means = W.map((_, c) => meanOf(G.filter((_, j) => labels[j] === c)))
  const v = deviationsOf(G, labels)
  const d = v[0]?.length ?? 0
  const covariance = scatterOf(v).map((row) => row.map((value) => value / (n - 1)))
  const trace = covariance.reduce((sum, row, k) => sum + (row[k] ?? 0), 0)
  const shrunk = covariance.map((row, k) => row.map((value, l) => (n - 1) * value + (k === l ? trace : 0)))
  const inverse = power(shrunk, -1).map((row) => row.map((value) => d * value))
  const V = means.map((mean) => inverse.map((row) => dot(row, mean)))
  return U.map((u) => V.map((weights, c) => dot(u, weights) - dot(weights, means[c] ?? []) / 2))
}

function tipX(problem: Problem, bounds: Bounds): number[][] {
  return added(
    zeroShot(problem),
    times(problem.alpha, cache(problem)),
    times(problem.gamma, kl(problem, bounds)),
  )
}

/** A space fitted on support features and their classes: where it takes a feature. */
export type Space = (G: Rows, labels: readonly number[]) => (x: readonly number[]) => number[]

/** The spaces by their id; `imo` takes the encoder's features as they are, like `clip`. */
export const spaces: Readonly<Record<string, Space>> = {
  clip: () => (x) => [...x],
  imo: () => (x) => [...x],
  centred: (G) => {
    const mean = meanOf(G)
    return (x) => unit(minus(x, mean))
  },
  whitened: (G, labels) => whitening(G, labels, 0.5),
  'imo+whitened': (G, labels) => whitening(G, labels, 0.5),
  /** λ = p/(p + f), p = 8e, or 64e where each class has one image; lifted by half the mean square. */
  shrunk: (G, labels) => {
    const classes = new Set(labels).size
    const oneShot = classes === labels.length
    const freedom = labels.length - (oneShot ? 1 : classes)
    const prior = (oneShot ? 64 : 8) * effectiveDimensions(scatterOf(deviationsOf(G, labels)), freedom)
    return lifted(whiten(G, labels, prior / (prior + freedom)), G, 1 / 2)
  },
}

/** (tr Σ)²/tr Σ², both estimated: the two unknowns of two linear equations, by Cramer's rule. */
function effectiveDimensions(scatter: Rows, f: number): number {
  const trace = scatter.reduce((sum, row, k) => sum + (row[k] ?? 0), 0)
  const squares = scatter.reduce((sum, row) => sum + dot(row, row), 0)
  // E[squares] = f(f+1)·x + f·y and E[trace²] = 2f·x + f²·y, x = tr Σ², y = (tr Σ)².
  const determinant = f * (f + 1) * f * f - f * 2 * f
  const x = (squares * f * f - f * trace * trace) / determinant
  const y = (f * (f + 1) * trace * trace - 2 * f * squares) / determinant
  return f < 2 || x <= 0 ? scatter.length : Math.min(Math.max(y / x, 1), scatter.length)
}

const whitening = (G: Rows, labels: readonly number[], lambda: number) => {
  const v = whiten(G, labels, lambda)
  return (x: readonly number[]) => unit(v(x))
}

/** `(v, l)`, made unit, `l²` a share of the mean square of v over G. */
function lifted(v: (x: readonly number[]) => number[], G: Rows, share: number) {
  const squares = G.map((g) => dot(v(g), v(g)))
  const lift = Math.sqrt((share * squares.reduce((sum, square) => sum + square, 0)) / squares.length)
  return (x: readonly number[]) => unit([...v(x), lift])
}

/** `Σ^(−1/2)·(x − mean)`, `Σ = (1−λ)·Σ_w + λ·(tr Σ_w/d)·I`. */
function whiten(G: Rows, labels: readonly number[], lambda: number): (x: readonly number[]) => number[] {
  const mean = meanOf(G)
  const covariance = scatterOf(deviationsOf(G, labels)).map((row) => row.map((value) => value / G.length))
  const trace = covariance.reduce((sum, row, k) => sum + (row[k] ?? 0), 0)
  const shrunk = covariance.map((row, k) =>
    row.map((value, l) => (1 - lambda) * value + (k === l ? (lambda * trace) / mean.length : 0)),
  )
  const root = power(shrunk, -1 / 2)
  return (x) => root.map((row) => dot(row, minus(x, mean)))
}

/** Features less the mean of their class; less the mean of all where each class has one. */
function deviationsOf(G: Rows, labels: readonly number[]): number[][] {
  const oneShot = new Set(labels).size === labels.length
  const mean = meanOf(G)
  return G.map((g, i) => minus(g, oneShot ? mean : meanOf(G.filter((_, j) => labels[j] === labels[i]))))
}

/** `Σ_i v_i·v_iᵀ`. */
const scatterOf = (V: Rows): number[][] =>
  (V[0] ?? []).map((_, k) =>
    (V[0] ?? []).map((_, l) => V.reduce((sum, v) => sum + (v[k] ?? 0) * (v[l] ?? 0), 0)),
  )

/** A power of a symmetric matrix. */
function power(symmetric: Rows, exponent: number): number[][] {
  const { values, vectors } = eigen(symmetric)
  return symmetric.map((_, k) =>
    symmetric.map((_, l) =>
      values.reduce(
        (sum, value, e) => sum + (vectors[k]?.[e] ?? 0) * (vectors[l]?.[e] ?? 0) * value ** exponent,
        0,
      ),
    ),
  )
}
