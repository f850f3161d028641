import type { Graph, Kernels } from '../tensor/kernels.js'
import { gatherRows, type Matrix, matrix, rowOf, sliceRows, subtractRow } from '../tensor/matrix.js'
import type { FittedSpace, LabelledFeatures } from './contract.js'
import { type Fold, type FoldMetrics, foldInputs, foldMetrics, foldProducts } from './fold-metric.js'
import { recentredCosines, recentredRows, recentringConstants, recentringInputs } from './leave-one-out.js'
import { lostWithout, mustRefit, type Scatter, scatterOf } from './scatter.js'

/** What shrinkage depends on: n images in d dimensions, some of one class or no two. */
export interface Sample {
  readonly images: number
  readonly dimensions: number
  readonly within: boolean
}

/**
 * Fits `x ↦ Σ^(−1/2)·(x − mean)`, made unit, `Σ = (1−λ)·Σ_w + λ·(tr Σ_w / d)·I`, `Σ_w` the within-class covariance of the
 * support features, or the total covariance where no class has two images. `shrinkage` gives λ, and gives it again for
 * the sample without one of its images.
 */
export async function fitWhitening(
  support: LabelledFeatures,
  shrinkage: (sample: Sample) => number,
  kernels: Kernels,
): Promise<FittedSpace> {
  const { features } = support
  const scatter = await scatterOf(support, kernels)
  const sample = { images: features.rows, dimensions: features.columns, within: scatter.within }
  const lambda = shrinkage(sample)
  const transform = await inverseRoot(scatter, lambda, kernels)
  const project = (queries: Matrix) => kernels.project(queries, scatter.mean, transform)
  const foldLambda = shrinkage({ ...sample, images: sample.images - 1 })
  if (leastOf(scatter, foldLambda) < leastToUpdate) return { project }
  let inEigenbasis: Promise<Matrix[]> | undefined
  const foldsOf = async (from: number, to: number): Promise<Folds> => {
    inEigenbasis ??= Promise.all(
      [subtractRow(features, scatter.mean), scatter.deviations].map((rows) =>
        kernels.multiply(rows, scatter.basis),
      ),
    )
    const [residuals, deviations] = (await inEigenbasis) as [Matrix, Matrix]
    const metrics = metricsOf(scatter, residuals, deviations, foldLambda, from, to)
    return { support, scatter, residuals, metrics, shrinkage, kernels, from, to }
  }
  return {
    project,
    leaveOneOut: async (from, to) => cosinesOf(await foldsOf(from, to)),
    async fold(i) {
      if (mustRefit(scatter, support.labels, i)) return projectedWithout(i, support, shrinkage, kernels)
      return rowsOf(await foldsOf(i, i + 1), i)
    },
  }
}

/** With a lesser eigenvalue the updates for leaving an image out lose digits; then Shotboard fits anew without each. */
const leastToUpdate = 0.08

/** The least eigenvalue after shrinkage, in units of the mean eigenvalue. */
const leastOf = ({ eigenvalues, trace }: Scatter, lambda: number): number =>
  trace > 0 ? shrunk(eigenvalues[0] as number, trace / eigenvalues.length, lambda) : 1

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

/** The folds without images `from` up to `to`. */
interface Folds {
  readonly support: LabelledFeatures
  readonly scatter: Scatter
  /** z, the centred support features in the eigenbasis: [S, d]. */
  readonly residuals: Matrix
  readonly metrics: FoldMetrics
  readonly shrinkage: (sample: Sample) => number
  readonly kernels: Kernels
  readonly from: number
  readonly to: number
}

/**
 * Without image i the scatter is lower by `κ_i·v_i·v_iᵀ` and the shrinkage target by its trace. In the eigenbasis the
 * first is a rank-one change and the second a change of the diagonal, so every fold's inner products come from three
 * matrix products of all images, and none needs a decomposition of its own, but for the few that are fitted anew.
 */
function metricsOf(
  scatter: Scatter,
  residuals: Matrix,
  deviations: Matrix,
  lambda: number,
  from: number,
  to: number,
): FoldMetrics {
  const d = residuals.columns
  return foldMetrics(sliceRows(residuals, from, to), sliceRows(deviations, from, to), (row): Fold => {
    const meanEigenvalue = (scatter.trace - lostWithout(scatter, from + row)) / d
    if (!(meanEigenvalue > 0)) return { share: 0, precision: () => 1 }
    return {
      share: ((1 - lambda) * (scatter.kappa[from + row] as number)) / meanEigenvalue,
      precision: (k) => 1 / shrunk(scatter.eigenvalues[k] as number, meanEigenvalue, lambda),
    }
  })
}

/** The cosines of each image that is left out with all images, in its fold: [n, S]. */
async function cosinesOf({ support, scatter, residuals, metrics, shrinkage, kernels, from, to }: Folds) {
  const result = await kernels.run('leave one out of whitening', cosinesGraph, {
    ...{ vectors: residuals, ...metrics },
    ...recentringConstants(residuals.rows),
  })
  for (let i = from; i < to; i++) {
    if (!mustRefit(scatter, support.labels, i)) continue
    const projected = await projectedWithout(i, support, shrinkage, kernels)
    rowOf(result, i - from).set((await kernels.dot(sliceRows(projected, i, i + 1), projected)).data)
  }
  return result
}

const cosinesGraph = (): Graph => ({
  inputs: { ...foldInputs, own: ['n', 1], ...recentringInputs },
  outputs: { result: ['n', 'm'] },
  nodes: [...foldProducts(), ...recentredCosines()],
})

/**
 * All support images in the fold without image i, along the eigenvectors: the root of `P + f·w·wᵀ` is
 * `(I + c·q·qᵀ)·P^(1/2)`, `q = P^(1/2)·v`, `c = (√(1 + f·|q|²) − 1)/|q|²`.
 */
function rowsOf({ residuals, metrics }: Folds, i: number): Matrix {
  const d = residuals.columns
  const roots = metrics.precision.data.map(Math.sqrt) // P^(1/2)
  const q = metrics.directions.data.map((w, k) => w / (roots[k] as number))
  const square = q.reduce((sum, value) => sum + value * value, 0)
  const c = square > 0 ? (Math.sqrt(1 + (metrics.factors.data[0] as number) * square) - 1) / square : 0
  const scaled = matrix(residuals.rows, d)
  for (let j = 0, at = 0; j < residuals.rows; j++) {
    for (let k = 0; k < d; k++, at++) {
      scaled.data[at] = (residuals.data[at] as number) * (roots[k] as number)
    }
  }
  return recentredRows(scaled, i, (row) => {
    let along = 0
    for (let k = 0; k < d; k++) along += (q[k] as number) * (row[k] as number)
    for (let k = 0; k < d; k++) row[k] = (row[k] as number) + c * along * (q[k] as number)
  })
}

/** All support images in the space fitted anew without image i: [S, d]. */
async function projectedWithout(
  i: number,
  { features, labels }: LabelledFeatures,
  shrinkage: (sample: Sample) => number,
  kernels: Kernels,
): Promise<Matrix> {
  const rest = Array.from(labels.keys()).filter((j) => j !== i)
  const fitted = await fitWhitening(
    { features: gatherRows(features, rest), labels: Int32Array.from(rest, (j) => labels[j] as number) },
    shrinkage,
    kernels,
  )
  return fitted.project(features)
}
