import type { Kernels } from '../../tensor/kernels.js'
import { type Matrix, matrix, subtractRow } from '../../tensor/matrix.js'
import type { FittedSpace, LabelledFeatures } from '../contract.js'
import { effectiveDimensions } from './effective-dimensions.js'
import { liftedGraph, liftSquareOf, projectLifted } from './lift.js'
import { deviationsOf, minShrinkage } from './scatter.js'

/** How a whitening is fitted. */
export interface Whitening {
  /** λ for a sample. */
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
 * Fits `x ↦ Σ^(−1/2)·(x − mean)` up to a rotation, which no comparison notices, lifted and made unit,
 * `Σ = (1−λ)·Σ_w + λ·(tr Σ_w / d)·I`, `Σ_w` the within-class covariance of the support features, or the total covariance
 * if no class has two images. If the features do not scatter, Σ is the identity.
 */
export async function fitWhitening(
  support: LabelledFeatures,
  { shrinkage, lift }: Whitening,
  kernels: Kernels,
): Promise<FittedSpace> {
  const { mean, transform } = await whitenerOf(support, shrinkage, kernels)
  return fitLifted(support, { mean, transform, lift }, kernels)
}

/** `v = (x − mean)·W`, lifted by a share of their mean square over the support images. */
export async function fitLifted(
  { features }: LabelledFeatures,
  { mean, transform: fitted, lift }: { mean: Float32Array; transform: Matrix; lift: number },
  kernels: Kernels,
): Promise<FittedSpace> {
  const transform = kernels.keep(fitted)
  const liftSquare =
    lift > 0 ? liftSquareOf(await kernels.multiply(subtractRow(features, mean), transform), lift) : 0
  const projection = { mean, transform, liftSquare }
  const project = (given: Matrix) => projectLifted(given, projection, kernels)
  return { project, projectTexts: project, graph: liftedGraph(projection) }
}

/** The mean of the support features and W, [d, d], with `W·Wᵀ = Σ⁻¹` up to a factor. */
export async function whitenerOf(
  support: LabelledFeatures,
  shrinkage: Whitening['shrinkage'],
  kernels: Kernels,
): Promise<{ mean: Float32Array; transform: Matrix }> {
  const { within, mean, deviations, freedom } = deviationsOf(support)
  const scatter = await kernels.scatter(deviations)
  return { mean, transform: await whitenerOfScatter({ scatter, within, freedom }, shrinkage, kernels) }
}

/** W, [d, d], with `W·Wᵀ = Σ⁻¹` up to a factor, from the scatter of images that have so many degrees of freedom. */
export async function whitenerOfScatter(
  { scatter, within, freedom }: Pick<Sample, 'within' | 'freedom'> & { readonly scatter: Matrix },
  shrinkage: Whitening['shrinkage'],
  kernels: Kernels,
): Promise<Matrix> {
  const d = scatter.columns
  const { trace, squares } = momentsOf(scatter)
  const moments = { trace, squares, freedom, dimensions: d }
  const sample = { within, freedom, effectiveDimensions: effectiveDimensions(moments) }
  return whitener(scatter, trace / d, shrinkage(sample), kernels)
}

/** The traces of a scatter S and of S². */
function momentsOf({ columns, data }: Matrix): { trace: number; squares: number } {
  let [trace, squares] = [0, 0]
  for (let at = 0; at < data.length; at++) {
    const value = data[at] as number
    if (at % (columns + 1) === 0) trace += value
    squares += value * value
  }
  return { trace, squares }
}

/** W with `W·Wᵀ = ((1−λ)·S/s + λ·I)⁻¹`, s the mean eigenvalue of the scatter S; the identity if nothing scatters. */
async function whitener(scatter: Matrix, s: number, lambda: number, kernels: Kernels): Promise<Matrix> {
  const { rows, columns, data } = scatter
  const share = s > 0 ? (1 - lambda) / s : 0
  const covariance = matrix(
    rows,
    columns,
    data.map((value) => share * value),
  )
  return kernels.inverseRoot(covariance, s > 0 ? Math.max(lambda, minShrinkage) : 1)
}
