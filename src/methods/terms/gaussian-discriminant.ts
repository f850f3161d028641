import type { Cache } from '../../cache/contract.js'
import { classMeans, deviationsOf } from '../../spaces/fitting/scatter.js'
import { type Kernels, operator } from '../../tensor/kernels.js'
import { type Matrix, matrix, rowOf, transposed } from '../../tensor/matrix.js'
import { type Piece, runPiece } from '../../tensor/piece.js'
import { colors } from '../colors.js'
import type { Term } from '../contract.js'

/**
 * `U·Vᵀ + b`, [n, C], with `V_c = Σ⁻¹·μ_c` and `b_c = −½·μ_cᵀ·Σ⁻¹·μ_c`: the log density of a query under a normal
 * distribution around each class mean, all with the same covariance, without what is equal for all classes.
 *
 * `Σ⁻¹ = d·(S_w + tr(S_w)/(n − 1)·I)⁻¹`, the posterior mean under a Wishart prior. `S_w` is `(n − 1)` times the
 * within-class covariance of the n keys; if no class has two keys, it is the scatter about the overall mean. If the keys do
 * not scatter at all, `Σ⁻¹ = I`. A class without keys gets the overall mean.
 *
 * "A hard-to-beat baseline for training-free CLIP-based adaptation", arXiv 2402.04087.
 */
export const gaussianDiscriminant = (names: { readonly weight: string }): Term => ({
  name: 'gda',
  summary: 'How likely the image is if the images of each class are normally distributed around their mean.',
  formula: String.raw`\left(UV^\top + b\right)`,
  color: colors.pink,
  weight: names.weight,
  shapes: [],
  usesTexts: false,
  usesKeys: true,
  async logits({ cache, spaceQueries }) {
    return discriminantLogits(await spaceQueries(), await discriminantIn(cache), cache.kernels)
  },
  graph: async (cache) => linearGraph(await discriminantIn(cache)),
})

const discriminantIn = (cache: Cache): Promise<Discriminant> =>
  cache.derive('Gaussian discriminant', () => fitDiscriminant(cache))

/** Features, [n, d], with their classes. */
export type Keys = Pick<Cache, 'spaceKeys' | 'labels' | 'classes' | 'kernels'>

/** The discriminant as a linear classifier. */
export interface Discriminant {
  readonly weights: Matrix // V, [C, d]
  readonly biases: Float64Array // b, [C]
}

/**
 * Fits the discriminant. With fewer keys than dimensions, `Σ⁻¹·M` comes from a system of the size of the keys (Woodbury),
 * `D` their deviations as rows: `(DᵀD + r·I)⁻¹·M = (M − Dᵀ·(D·Dᵀ + r·I)⁻¹·D·M)/r`.
 */
export async function fitDiscriminant({ spaceKeys, labels, classes, kernels }: Keys): Promise<Discriminant> {
  const { deviations, mean } = deviationsOf({ features: spaceKeys, labels })
  const { rows: n, columns: d } = spaceKeys
  const means = meansOf({ spaceKeys, labels, classes }, mean)
  const trace = deviations.data.reduce((sum, value) => sum + value * value, 0)
  const ridge = trace / (n - 1)
  let weights = means
  if (trace > 0 && n < d) {
    const along = await kernels.dot(deviations, means)
    const solution = await kernels.solveRidge(await kernels.dot(deviations, deviations), ridge, along)
    const explained = await kernels.multiply(transposed(solution), deviations)
    weights = matrix(classes, d)
    for (let at = 0; at < weights.data.length; at++) {
      weights.data[at] = (((means.data[at] as number) - (explained.data[at] as number)) * d) / ridge
    }
  } else if (trace > 0) {
    const scatter = await kernels.scatter(deviations)
    weights = transposed(await kernels.solveRidge(scatter, ridge, transposed(means)))
    for (let at = 0; at < weights.data.length; at++) weights.data[at] = (weights.data[at] as number) * d
  }
  const biases = new Float64Array(classes)
  for (let c = 0, at = 0; c < classes; c++) {
    for (let k = 0; k < d; k++, at++) {
      biases[c] = (biases[c] as number) - ((weights.data[at] as number) * (means.data[at] as number)) / 2
    }
  }
  return { weights: kernels.keep(weights), biases }
}

/** μ, [C, d]; the overall mean for a class without keys. */
function meansOf({ spaceKeys, labels, classes }: Omit<Keys, 'kernels'>, overall: Float32Array): Matrix {
  const means = classMeans(spaceKeys, labels, classes)
  for (let c = 0; c < classes; c++) if (!labels.includes(c)) rowOf(means, c).set(overall)
  return means
}

/** `U·Vᵀ + b`. */
export const discriminantLogits = (
  spaceQueries: Matrix,
  discriminant: Discriminant,
  kernels: Kernels,
): Promise<Matrix> => runPiece(kernels, 'linear', linearGraph(discriminant), { spaceQueries })

/** `U·Vᵀ + b`, as a graph. */
export const linearGraph = ({ weights, biases }: Discriminant): Piece => ({
  constants: { weights, biases: Float32Array.from(biases) },
  nodes: [operator('Gemm', ['spaceQueries', 'weights', 'biases'], 'result', { transB: 1 })],
})
