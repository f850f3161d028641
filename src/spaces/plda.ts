import type { Kernels } from '../tensor/kernels.js'
import { type Matrix, matrix } from '../tensor/matrix.js'
import { chained } from '../tensor/piece.js'
import { defineSpace, type WhitenedGeneric } from './contract.js'
import { congruent, scaled, traceOf } from './fitting/generic-covariance.js'
import { fitLifted, whitenerOf } from './fitting/whitening.js'
import { genericOf, multipliedBy } from './generic.js'
import { shrinkageWithin } from './shrunk.js'

/**
 * `generic+shrunk`, in which every direction counts as far as a class mean can be trusted in it. Probabilistic linear
 * discriminant analysis (Prince and Elder 2007) has normal class means, with the covariance B, and normal images around them,
 * with the covariance I in whitened coordinates. The mean of n images then tells `n·B·(I + (n + 1)·B)⁻¹` of the class of an
 * image: little in directions in which generic classes hardly differ, and with many images as much in all directions, as in
 * `generic+shrunk`. So the space is
 *
 *     v = (f − μ)·A·T·M,   M·Mᵀ = (B⁻¹ + (n + 1)·I)⁻¹,   B = (1−η)·Tᵀ·Aᵀ·S_b·A·T/s + η·(mean eigenvalue)·I,
 *
 * with A and S_b from generic images (`generic`), T from the support images (`shrunk`), s the mean eigenvalue of the generic
 * within-class covariance after them, and n the mean number of images of a class; lifted as `shrunk`.
 */
export const plda = () =>
  defineSpace({
    id: 'plda',
    name: 'Probabilistic discriminant',
    summary:
      'Whitened as generic and support images scatter; directions in which classes in general hardly differ count for less.',
    formula: String.raw`\begin{gathered} u = \frac{(v,\,l)}{\lVert(v,\,l)\rVert},\quad l^2 = \tfrac{1}{2}\,\overline{\lVert v\rVert^2},\quad v = (f - \mu)\,A\,T\,M \\ MM^\top = \left(B^{-1} + (n + 1)\,I\right)^{-1} \end{gathered}`,
    paper: {
      title: 'Probabilistic Linear Discriminant Analysis for Inferences About Identity',
      url: 'https://doi.org/10.1109/ICCV.2007.4409052',
    },
    marker: 'pentagon',
    dash: 'long-dash',
    base: 'clip',
    trained: false,
    usesGeneric: true,
    async fit(support, kernels) {
      const known = await genericOf(support).whitened(kernels)
      const features = await kernels.multiply(support.features, known.root)
      const { mean, transform } = await whitenerOf({ ...support, features }, shrinkageWithin, kernels)
      const shots = support.labels.length / Math.max(1, new Set(support.labels).size)
      const trust = await trustIn(known, transform, shots, kernels)
      const fitted = { mean, transform: await kernels.multiply(transform, trust), lift: 1 / 2 }
      const { project, graph } = await fitLifted({ ...support, features }, fitted, kernels)
      const whitened = async (given: Matrix) => project(await kernels.multiply(given, known.root))
      return {
        project: whitened,
        projectTexts: whitened,
        ...(graph && { graph: chained(multipliedBy(known.root), graph, 'features') }),
      }
    },
  })

/** η: how much of the covariance between classes is replaced by one that is the same in all directions, for few classes more. */
const sphericalShare = (classes: number): number => 64 / (64 + classes)

/** M, with `M·Mᵀ = (B⁻¹ + (n + 1)·I)⁻¹`. */
async function trustIn(
  { within, between, classes: count }: WhitenedGeneric,
  transform: Matrix,
  shots: number,
  kernels: Kernels,
): Promise<Matrix> {
  const d = transform.columns
  const noise = traceOf(await congruent(within, transform, kernels)) / d
  const classes = scaled(await congruent(between, transform, kernels), 1 / noise)
  const mean = traceOf(classes) / d
  const share = sphericalShare(count)
  const inverse = await kernels.solveRidge(scaled(classes, 1 - share), share * mean, identity(d))
  return kernels.inverseRoot(inverse, shots + 1)
}

function identity(size: number): Matrix {
  const result = matrix(size, size)
  for (let at = 0; at < result.data.length; at += size + 1) result.data[at] = 1
  return result
}
