import type { Cache } from '../../cache/contract.js'
import { type Matrix, matrix, meanRow, rowOf, subtractRow, transposed } from '../../tensor/matrix.js'
import type { Term } from '../contract.js'
import { symbolOf } from '../formula.js'
import { type Discriminant, discriminantLogits, linearGraph } from './gaussian-discriminant.js'

/**
 * `(U − m)·V + y̅`, [n, C], `V = (XᵀX + λ·I)⁻¹·Xᵀ·(L − y̅)`: the labels, one-hot, regressed on the keys less their mean, `X = G − m`,
 * with an L2 penalty (Hoerl and Kennard 1970). y̅ are the shares of the classes.
 */
export const ridgeRegression = (names: { readonly weight: string; readonly penalty: string }): Term => ({
  name: 'ridge',
  summary: 'The class that a linear regression on the support images predicts.',
  formula: String.raw`\left((U - m)\left(X^\top X + ${symbolOf(names.penalty)} I\right)^{-1}X^\top (L - \bar{y}) + \bar{y}\right)`,
  weight: names.weight,
  shapes: [names.penalty],
  usesTexts: false,
  usesKeys: true,
  async logits(batch, shapes) {
    const { cache } = batch
    const fitted = await regressionIn(cache, shapes[names.penalty] as number)
    return discriminantLogits(await batch.spaceQueries(), fitted, cache.kernels)
  },
  graph: async (cache, shapes) => linearGraph(await regressionIn(cache, shapes[names.penalty] as number)),
})

const regressionIn = (cache: Cache, penalty: number): Promise<Discriminant> =>
  cache.derive(`ridge regression ${penalty}`, () => regress(cache, penalty))

/** Vᵀ, [C, m], and `y̅ − m·V`, [C], from a system of the size of the keys or of the dimensions, whichever is smaller. */
async function regress(
  { spaceKeys, labels, classes, kernels }: Cache,
  penalty: number,
): Promise<Discriminant> {
  const { rows: n, columns: d } = spaceKeys
  const mean = meanRow(spaceKeys)
  const keys = subtractRow(spaceKeys, mean)
  const targets = matrix(n, classes)
  for (let s = 0; s < n; s++) targets.data[s * classes + (labels[s] as number)] = 1
  const shares = meanRow(targets)
  const centred = subtractRow(targets, shares)
  const weights: Matrix =
    n <= d
      ? await kernels.multiply(
          transposed(await kernels.solveRidge(await kernels.dot(keys, keys), penalty, centred)),
          keys,
        )
      : transposed(
          await kernels.solveRidge(
            await kernels.scatter(keys),
            penalty,
            await kernels.multiply(transposed(keys), centred),
          ),
        )
  const biases = Float64Array.from(shares, (share, c) =>
    rowOf(weights, c).reduce((sum, value, k) => sum - value * (mean[k] as number), share),
  )
  return { weights, biases }
}
