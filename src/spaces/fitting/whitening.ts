import type { Graph, Kernels } from '../../tensor/kernels.js'
import { gatherRows, type Matrix, matrix, rowOf, sliceRows, subtractRow } from '../../tensor/matrix.js'
import type { FittedSpace, LabelledFeatures } from '../contract.js'
import { effectiveDimensions } from './effective-dimensions.js'
import { type Fold, type FoldMetrics, foldInputs, foldMetrics, foldProducts } from './fold-metric.js'
import { recentredCosines, recentredRows, recentringConstants, recentringInputs } from './leave-one-out.js'
import { liftConstants, liftedCosines, liftedRows, liftInputs, liftSquareOf, projectLifted } from './lift.js'
import { mustRefit, type Scatter, scatterOf, traceLossWithout } from './scatter.js'

/** How a whitening is fitted. */
export interface Whitening {
  /** λ for a sample; called again for the sample without each of its images. */
  readonly shrinkage: (sample: Sample) => number
  /** l² as a share of the mean square of the features (`lift.ts`); 0 for no lift. */
  readonly lift: number
}

/** The properties of a sample that shrinkage depends on. */
export interface Sample {
  /** Whether some class has two images, so that the covariance is the within-class one. */
  readonly within: boolean
  /** The degrees of freedom of the covariance: the number of images less the number of means subtracted. */
  readonly freedom: number
  /** The number of directions that features effectively scatter in, from 1 to d. */
  readonly effectiveDimensions: number
}

/**
 * Fits `x ↦ Σ^(−1/2)·(x − mean)`, lifted and made unit, `Σ = (1−λ)·Σ_w + λ·(tr Σ_w / d)·I`, `Σ_w` the within-class
 * covariance of the support features, or the total covariance if no class has two images.
 */
export async function fitWhitening(
  support: LabelledFeatures,
  whitening: Whitening,
  kernels: Kernels,
): Promise<FittedSpace> {
  const scatter = await scatterOf(support, kernels)
  const residuals = subtractRow(support.features, scatter.mean)
  const lambda = whitening.shrinkage(sampleOf(scatter, scatter))
  const transform = await inverseRoot(scatter, lambda, kernels)
  const liftSquare =
    whitening.lift > 0 ? liftSquareOf(await kernels.multiply(residuals, transform), whitening.lift) : 0
  const projection = { mean: scatter.mean, transform, liftSquare }
  const project = (features: Matrix) => projectLifted(features, projection, kernels)
  if (minEigenvalueOf(scatter, lambda) < minEigenvalueToUpdate) return { project }
  let inEigenbasis: Promise<Matrix[]> | undefined
  const foldsOf = async (from: number, to: number): Promise<Folds> => {
    inEigenbasis ??= Promise.all(
      [residuals, scatter.deviations].map((rows) => kernels.multiply(rows, scatter.basis)),
    )
    const [rotated, deviations] = (await inEigenbasis) as [Matrix, Matrix]
    const metrics = metricsOf(scatter, rotated, deviations, whitening.shrinkage, from, to)
    return { support, scatter, residuals: rotated, metrics, whitening, kernels, from, to }
  }
  return {
    project,
    leaveOneOut: async (from, to) => cosinesOf(await foldsOf(from, to)),
    async fold(i) {
      if (mustRefit(scatter, support.labels, i)) return projectedWithout(i, support, whitening, kernels)
      return rowsOf(await foldsOf(i, i + 1), i)
    },
  }
}

/** The traces of a scatter S and of S², and its degrees of freedom. */
type Moments = Pick<Scatter, 'trace' | 'squares' | 'freedom'>

/** The moments of the scatter without image i, `S − κ·v·vᵀ`; `v` is the image's deviation in the eigenbasis. */
function momentsWithout(scatter: Scatter, i: number, v: Float32Array): Moments {
  const kappa = scatter.kappa[i] as number
  const lost = traceLossWithout(scatter, i) // κ·|v|²
  const along = v.reduce((sum, value, k) => sum + (scatter.eigenvalues[k] as number) * value * value, 0) // vᵀ·S·v
  return {
    trace: scatter.trace - lost,
    squares: scatter.squares - 2 * kappa * along + lost * lost,
    freedom: kappa > 0 ? scatter.freedom - 1 : scatter.freedom,
  }
}

const sampleOf = ({ within, eigenvalues }: Scatter, moments: Moments): Sample => ({
  within,
  freedom: moments.freedom,
  effectiveDimensions: effectiveDimensions({ ...moments, dimensions: eigenvalues.length }),
})

/**
 * With a smaller eigenvalue, the updates for leaving out an image lose precision: at this one, 4e-6 of a cosine on an
 * encoder's features. Then the space is fitted again without each image.
 */
const minEigenvalueToUpdate = 0.01

/** The smallest eigenvalue after shrinkage, in units of the mean eigenvalue. */
const minEigenvalueOf = ({ eigenvalues, trace }: Scatter, lambda: number): number =>
  trace > 0 ? shrunk(eigenvalues[0] as number, trace / eigenvalues.length, lambda) : 1

/** `((1−λ)·Σ + λ·(tr Σ/d)·I)^(−1/2)` times the root of the mean eigenvalue; the identity if nothing scatters. */
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

/** An eigenvalue after shrinkage, in units of the mean eigenvalue; never 0, also with λ = 0. */
const shrunk = (eigenvalue: number, meanEigenvalue: number, lambda: number): number =>
  Math.max((1 - lambda) * (eigenvalue / meanEigenvalue) + lambda, 1e-7)

/** The folds without images `from` up to `to`. */
interface Folds {
  readonly support: LabelledFeatures
  readonly scatter: Scatter
  /** z, the centred support features in the eigenbasis: [S, d]. */
  readonly residuals: Matrix
  readonly metrics: FoldMetrics
  readonly whitening: Whitening
  readonly kernels: Kernels
  readonly from: number
  readonly to: number
}

/**
 * Without image i, the scatter decreases by `κ_i·v_i·v_iᵀ` and the shrinkage target by its trace. In the eigenbasis the
 * first is a rank-one change and the second a change of the diagonal. So the inner products of all folds come from three
 * matrix products of all images, and no fold needs a decomposition of its own, except the few that are fitted again.
 */
function metricsOf(
  scatter: Scatter,
  residuals: Matrix,
  deviations: Matrix,
  shrinkage: Whitening['shrinkage'],
  from: number,
  to: number,
): FoldMetrics {
  const d = residuals.columns
  return foldMetrics(sliceRows(residuals, from, to), sliceRows(deviations, from, to), (row): Fold => {
    const i = from + row
    const moments = momentsWithout(scatter, i, rowOf(deviations, i))
    const lambda = shrinkage(sampleOf(scatter, moments))
    const meanEigenvalue = moments.trace / d
    if (!(meanEigenvalue > 0)) return { share: 0, precision: () => 1 }
    return {
      share: ((1 - lambda) * (scatter.kappa[i] as number)) / meanEigenvalue,
      precision: (k) => 1 / shrunk(scatter.eigenvalues[k] as number, meanEigenvalue, lambda),
    }
  })
}

/** The cosines of each left-out image with all images, in its fold: [n, S]. */
async function cosinesOf({ support, scatter, residuals, metrics, whitening, kernels, from, to }: Folds) {
  const inputs = { vectors: residuals, ...metrics, ...recentringConstants(residuals.rows) }
  const result =
    whitening.lift > 0
      ? await kernels.run('leave one out of lifted whitening', liftedCosinesGraph, {
          ...inputs,
          ...liftConstants(whitening.lift, residuals.rows),
        })
      : await kernels.run('leave one out of whitening', cosinesGraph, inputs)
  for (let i = from; i < to; i++) {
    if (!mustRefit(scatter, support.labels, i)) continue
    const projected = await projectedWithout(i, support, whitening, kernels)
    rowOf(result, i - from).set((await kernels.dot(sliceRows(projected, i, i + 1), projected)).data)
  }
  return result
}

const cosinesGraph = (): Graph => ({
  inputs: { ...foldInputs, own: ['n', 1], ...recentringInputs },
  outputs: { result: ['n', 'm'] },
  nodes: [...foldProducts(), ...recentredCosines()],
})

const liftedCosinesGraph = (): Graph => ({
  inputs: { ...foldInputs, own: ['n', 1], ...recentringInputs, ...liftInputs },
  outputs: { result: ['n', 'm'] },
  constants: [{ name: 'acrossImages', values: [1] }],
  nodes: [...foldProducts(), ...recentredCosines('cosines'), ...liftedCosines()],
})

/**
 * All support images in the fold without image i, in the eigenbasis, [S, m]: the root of `P + f·w·wᵀ` is
 * `(I + c·q·qᵀ)·P^(1/2)`, `q = P^(1/2)·v`, `c = (√(1 + f·|q|²) − 1)/|q|²`.
 */
function rowsOf({ residuals, metrics, whitening }: Folds, i: number): Matrix {
  const d = residuals.columns
  const roots = metrics.precision.data.map(Math.sqrt) // P^(1/2)
  const q = metrics.directions.data.map((w, k) => w / (roots[k] as number))
  const square = q.reduce((sum, value) => sum + value * value, 0)
  const c = square > 0 ? (Math.sqrt(1 + (metrics.factors.data[0] as number) * square) - 1) / square : 0
  const rows = recentredRows(residuals, i)
  for (let j = 0; j < rows.rows; j++) {
    const row = rowOf(rows, j)
    let along = 0
    for (let k = 0; k < d; k++) {
      row[k] = (row[k] as number) * (roots[k] as number)
      along += (q[k] as number) * (row[k] as number)
    }
    for (let k = 0; k < d; k++) row[k] = (row[k] as number) + c * along * (q[k] as number)
  }
  return liftedRows(rows, whitening.lift, i)
}

/** All support images in the space fitted on the images other than i: [S, m]. */
async function projectedWithout(
  i: number,
  { features, labels }: LabelledFeatures,
  whitening: Whitening,
  kernels: Kernels,
): Promise<Matrix> {
  const rest = Array.from(labels.keys()).filter((j) => j !== i)
  const fitted = await fitWhitening(
    { features: gatherRows(features, rest), labels: Int32Array.from(rest, (j) => labels[j] as number) },
    whitening,
    kernels,
  )
  return fitted.project(features)
}
