import type { Cache } from '../../cache/contract.js'
import { operator, sharpening } from '../../tensor/kernels.js'
import { type Matrix, matrix, rowOf, transposed } from '../../tensor/matrix.js'
import type { Term } from '../contract.js'
import { symbolOf } from '../formula.js'

/**
 * The correction of ProKeR, "A Kernel Perspective on Few-Shot Adaptation of Large Vision-Language Models" (arXiv 2501.11175):
 *
 *     k(U, G)·(k(G, G) + λ·I)⁻¹·(L − softmax(s·F·Wᵀ)),   k(a, b) = exp(−β(1 − a·b)),
 *
 * [n, C]: kernel ridge regression of what zero-shot CLIP gets wrong on the support images, so that far from them zero-shot CLIP
 * alone decides. What it gets wrong is measured in probabilities, on the scale of the labels.
 */
export const proximalRegression = (names: {
  readonly weight: string
  readonly sharpness: string
  readonly penalty: string
}): Term => ({
  name: 'correction',
  summary:
    'What zero-shot CLIP gets wrong on the support images near the image, in the chosen feature space.',
  formula: String.raw`k(U, G)\left(k(G, G) + ${symbolOf(names.penalty)} I\right)^{-1}\left(L - \mathrm{softmax}(s\,FW^\top)\right)`,
  weight: names.weight,
  shapes: [names.sharpness, names.penalty],
  usesTexts: true,
  usesKeys: true,
  async logits(batch, shapes) {
    const { cache } = batch
    const [sharpness, penalty] = [shapes[names.sharpness] as number, shapes[names.penalty] as number]
    const coefficients = await coefficientsIn(cache, sharpness, penalty)
    return cache.kernels.dot(await cache.kernels.sharpen(await batch.affinities(), sharpness), coefficients)
  },
  async graph(cache, shapes) {
    const [beta, penalty] = [shapes[names.sharpness] as number, shapes[names.penalty] as number]
    return {
      constants: { beta, coefficients: await coefficientsIn(cache, beta, penalty) },
      nodes: [
        ...sharpening('weights'),
        operator('Gemm', ['weights', 'coefficients'], 'result', { transB: 1 }),
      ],
    }
  },
})

/** `((k(G, G) + λ·I)⁻¹·(L − softmax(s·F·Wᵀ)))ᵀ`, [C, S]. */
const coefficientsIn = (cache: Cache, sharpness: number, penalty: number): Promise<Matrix> =>
  cache.derive(`coefficients at ${sharpness}, ${penalty}`, async () => {
    const { kernels, spaceKeys } = cache
    const gram = await kernels.sharpen(await kernels.dot(spaceKeys, spaceKeys), sharpness)
    return transposed(await kernels.solveRidge(gram, penalty, await residualsIn(cache)))
  })

const residualsIn = (cache: Cache): Promise<Matrix> => cache.derive('residuals', () => residuals(cache))

/** `L − softmax(s·F·Wᵀ)`, [S, C]. */
async function residuals({
  keys,
  labels,
  classes,
  logitScale,
  textClassifier,
  kernels,
}: Cache): Promise<Matrix> {
  const similarities = await kernels.dot(keys, textClassifier ?? matrix(classes, keys.columns))
  const result = matrix(labels.length, classes)
  for (const [j, label] of labels.entries()) {
    const row = rowOf(similarities, j)
    const greatest = row.reduce((most, value) => Math.max(most, value), -Infinity)
    const weights = row.map((value) => Math.exp(logitScale * (value - greatest)))
    const sum = weights.reduce((all, value) => all + value, 0)
    rowOf(result, j).set(weights.map((value, c) => (c === label ? 1 : 0) - value / sum))
  }
  return result
}
