import { type Graph, type Kernels, operator } from '../tensor/kernels.js'
import { gatherRows, type Matrix, matrix, meanRow, rowOf, sliceRows, subtractRow } from '../tensor/matrix.js'
import { defineSpace, type FittedSpace, type LabelledFeatures } from './contract.js'
import { recentredCosines, recentringConstants, recentringInputs } from './leave-one-out.js'

/**
 * Features with the support mean subtracted and multiplied by `Σ^(−1/2)`, made unit, where
 * `Σ = (1−λ)·Σ_w + λ·(tr Σ_w / d)·I` and `Σ_w` is the within-class covariance of the support features: directions in
 * which images of one class differ count for less. Where no class has two images, `Σ_w` is the total covariance.
 */
export const whitened = ({ lambda = 0.5 } = {}) =>
  defineSpace({
    id: 'whitened',
    name: 'Whitened',
    summary:
      'Centred, and scaled so that directions in which support images of one class differ count for less.',
    formula: String.raw`u = \frac{v}{\lVert v\rVert},\quad v = \Sigma^{-1/2}(f - \mu),\quad \Sigma = (1 - \lambda)\,\Sigma_w + \lambda\,\tfrac{\operatorname{tr}\Sigma_w}{d}\,I`,
    base: 'clip',
    trained: false,
    fit: (support, kernels) => fitWhitened(support, lambda, kernels),
  })

async function fitWhitened(
  support: LabelledFeatures,
  lambda: number,
  kernels: Kernels,
): Promise<FittedSpace> {
  const { features } = support
  const mean = meanRow(features)
  const scatter = await scatterOf(support, mean, kernels)
  const transform = await inverseRoot(scatter, lambda, kernels)
  const project = (queries: Matrix) => kernels.project(queries, mean, transform)
  if (lambda < leastToUpdate) return { project }
  let residuals: Promise<Matrix> | undefined
  return {
    project,
    async leaveOneOut(from, to) {
      residuals ??= kernels.multiply(subtractRow(features, mean), scatter.basis)
      return leaveOneOut({ support, scatter, residuals: await residuals, lambda, kernels, from, to })
    },
  }
}

/** With less shrinkage the updates for leaving an image out lose digits; then Shotboard fits anew without each. */
const leastToUpdate = 0.1

/** What the covariance is taken of, and its spectrum; its scale is left out, since unit features do not see it. */
interface Scatter {
  /** `x − μ_class`, or `x − mean` where no class has two images: [S, d]. */
  readonly deviations: Matrix
  /** The part that a fold without image i takes away is `κ_i·v_i·v_iᵀ`, `v_i` the deviation of image i. */
  readonly kappa: Float64Array
  /** Eigenvalues [d], none negative, and their sum. */
  readonly eigenvalues: Float64Array
  readonly trace: number
  /** Eigenvectors, one a column: [d, d]. */
  readonly basis: Matrix
}

async function scatterOf(
  { features, labels }: LabelledFeatures,
  mean: Float32Array,
  kernels: Kernels,
): Promise<Scatter> {
  const counts = countsOf(labels)
  const within = counts.some((count) => count > 1)
  const centres = within ? classMeans(features, labels, counts) : undefined
  const deviations = matrix(features.rows, features.columns)
  const kappa = new Float64Array(features.rows)
  for (let i = 0; i < features.rows; i++) {
    const label = labels[i] as number
    const centre = centres ? rowOf(centres, label) : mean
    const source = rowOf(features, i)
    rowOf(deviations, i).set(source.map((value, k) => value - (centre[k] as number)))
    // Taking one of n images away lowers the scatter about their mean by n/(n − 1) times its own deviation's.
    const n = within ? (counts[label] as number) : features.rows
    kappa[i] = n > 1 ? n / (n - 1) : 0
  }
  const d = features.columns
  const { data } = await kernels.scatter(deviations)
  const { values, vectors } = await kernels.eigh(d, Float64Array.from(data))
  const eigenvalues = values.map((value) => Math.max(value, 0))
  const trace = eigenvalues.reduce((sum, value) => sum + value, 0)
  return { deviations, kappa, eigenvalues, trace, basis: matrix(d, d, Float32Array.from(vectors)) }
}

/** `((1−λ)·Σ + λ·(tr Σ/d)·I)^(−1/2)` times the root of the mean eigenvalue; the identity where there is no scatter. */
async function inverseRoot(
  { eigenvalues, trace, basis }: Scatter,
  lambda: number,
  kernels: Kernels,
): Promise<Matrix> {
  const d = basis.columns
  const scaled = matrix(d, d)
  const roots = eigenvalues.map((value) => (trace > 0 ? 1 / Math.sqrt(shrunk(value, trace / d, lambda)) : 1))
  for (let at = 0; at < scaled.data.length; at++) {
    scaled.data[at] = (basis.data[at] as number) * (roots[at % d] as number)
  }
  return kernels.dot(scaled, basis)
}

/** An eigenvalue after shrinkage, in units of the mean eigenvalue; kept off zero, which λ = 0 would reach. */
const shrunk = (eigenvalue: number, meanEigenvalue: number, lambda: number): number =>
  Math.max((1 - lambda) * (eigenvalue / meanEigenvalue) + lambda, 1e-7)

/** A share of the scatter that two images at most can have each; what is left without it is too little to subtract to. */
const nearlyAll = 0.95

/**
 * Without image i the scatter is lower by `κ_i·v_i·v_iᵀ` and the shrinkage target by its trace. In the eigenbasis the
 * first is a rank-one change (Sherman-Morrison) and the second a change of the diagonal, so every fold's inner products
 * come from three matrix products of all images, and none needs a decomposition of its own, but for two at most that
 * leave another covariance than that behind, or next to none, and are fitted anew.
 */
async function leaveOneOut(options: {
  readonly support: LabelledFeatures
  readonly scatter: Scatter
  /** z, the centred support features in the eigenbasis: [S, d]. */
  readonly residuals: Matrix
  readonly lambda: number
  readonly kernels: Kernels
  readonly from: number
  readonly to: number
}): Promise<Matrix> {
  const { support, scatter, residuals, lambda, kernels, from, to } = options
  const d = residuals.columns
  const deviations = await kernels.multiply(sliceRows(scatter.deviations, from, to), scatter.basis) // v, [n, d]
  const precision = matrix(to - from, d) // p_i, the inverse of the shrunk eigenvalues without i
  const weighted = matrix(to - from, d) // p_i∘z_i
  const directions = matrix(to - from, d) // w_i = p_i∘v_i
  const factors = matrix(to - from, 1) // k_i of Sherman-Morrison
  const ownAlong = matrix(to - from, 1) // w_i·z_i
  const own = matrix(to - from, 1) // ⟨z_i, z_i⟩_i
  const lastPair = lastPairOf(support.labels)
  const toRefit: number[] = []
  for (let row = 0; row < to - from; row++) {
    const kappa = scatter.kappa[from + row] as number
    const v = rowOf(deviations, row)
    const z = rowOf(residuals, from + row)
    const lost = kappa * v.reduce((sum, value) => sum + value * value, 0)
    const meanEigenvalue = (scatter.trace - lost) / d
    if (support.labels[from + row] === lastPair || lost > nearlyAll * scatter.trace) toRefit.push(from + row)
    let [quadratic, along, square] = [0, 0, 0] // v·p·v, v·p·z, z·p·z
    for (let k = 0; k < d; k++) {
      const at = row * d + k
      const p = meanEigenvalue > 0 ? 1 / shrunk(scatter.eigenvalues[k] as number, meanEigenvalue, lambda) : 1
      const vk = v[k] as number
      const zk = z[k] as number
      precision.data[at] = p
      weighted.data[at] = p * zk
      directions.data[at] = p * vk
      quadratic += p * vk * vk
      along += p * vk * zk
      square += p * zk * zk
    }
    const share = meanEigenvalue > 0 ? ((1 - lambda) * kappa) / meanEigenvalue : 0
    const factor = share / Math.max(1 - share * quadratic, 1e-7)
    factors.data[row] = factor
    ownAlong.data[row] = along
    own.data[row] = square + factor * along * along
  }
  const result = await kernels.run('leave one out of whitened', foldGraph, {
    ...{ residuals, precision, weighted, directions, factors, ownAlong, own },
    ...recentringConstants(residuals.rows),
  })
  for (const i of toRefit) {
    rowOf(result, i - from).set((await cosinesWithout(i, support, lambda, kernels)).data)
  }
  return result
}

/** ⟨a, b⟩_i = Σ p_i∘a∘b + k_i·(w_i·a)·(w_i·b), of the residuals, then recentred. */
const foldGraph = (): Graph => ({
  inputs: {
    residuals: ['s', 'd'],
    precision: ['n', 'd'],
    weighted: ['n', 'd'],
    directions: ['n', 'd'],
    factors: ['n', 1],
    ownAlong: ['n', 1],
    own: ['n', 1],
    ...recentringInputs,
  },
  outputs: { result: ['n', 's'] },
  nodes: [
    operator('Gemm', ['directions', 'residuals'], 'along', { transB: 1 }),
    operator('Mul', ['along', 'factors'], 'scaledAlong'),
    operator('Gemm', ['weighted', 'residuals'], 'plainInner', { transB: 1 }),
    operator('Mul', ['scaledAlong', 'ownAlong'], 'innerUpdate'),
    operator('Add', ['plainInner', 'innerUpdate'], 'inner'),
    operator('Mul', ['residuals', 'residuals'], 'squaredResiduals'),
    operator('Gemm', ['precision', 'squaredResiduals'], 'plainSquares', { transB: 1 }),
    operator('Mul', ['scaledAlong', 'along'], 'squareUpdate'),
    operator('Add', ['plainSquares', 'squareUpdate'], 'squares'),
    ...recentredCosines(),
  ],
})

/** The class whose pair is the last of all pairs, so that leaving out either changes what the covariance is taken of. */
function lastPairOf(labels: Int32Array): number {
  const counts = countsOf(labels)
  const several = counts.filter((count) => count > 1)
  return several.length === 1 && several[0] === 2 ? counts.indexOf(2) : -1
}

/** The cosines of support image i with all of them, fitted anew without it: [1, S]. */
async function cosinesWithout(
  i: number,
  { features, labels }: LabelledFeatures,
  lambda: number,
  kernels: Kernels,
): Promise<Matrix> {
  const rest = Array.from(labels.keys()).filter((j) => j !== i)
  const fitted = await fitWhitened(
    { features: gatherRows(features, rest), labels: Int32Array.from(rest, (j) => labels[j] as number) },
    lambda,
    kernels,
  )
  const projected = await fitted.project(features)
  return kernels.dot(sliceRows(projected, i, i + 1), projected)
}

function countsOf(labels: Int32Array): number[] {
  const counts: number[] = []
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1
  return Array.from(counts, (count) => count ?? 0)
}

/** Summed in double precision, so that equal images have no deviations from their mean, not even by rounding. */
function classMeans({ rows, columns, data }: Matrix, labels: Int32Array, counts: readonly number[]): Matrix {
  const sums = new Float64Array(counts.length * columns)
  for (let i = 0, at = 0; i < rows; i++) {
    const start = (labels[i] as number) * columns
    for (let k = 0; k < columns; k++, at++) {
      sums[start + k] = (sums[start + k] as number) + (data[at] as number)
    }
  }
  const mean = (sum: number, at: number) => sum / Math.max(1, counts[Math.floor(at / columns)] as number)
  return matrix(counts.length, columns, Float32Array.from(sums, mean))
}
