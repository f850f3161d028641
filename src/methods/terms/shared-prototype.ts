import type { Batch } from '../../cache/contract.js'
import { type Matrix, mapMatrix, matrix, rowOf, transposed } from '../../tensor/matrix.js'
import { colors } from '../colors.js'
import type { Term } from '../contract.js'
import { symbolOf } from '../formula.js'
import { affinitiesWith, minSharpness, prototypesOf, unitPrototypes } from './class-prototype.js'

/**
 * `exp(−β(1 − U·Pᵀ))`, [n, C], with class means that the queries themselves refine. Each of a few rounds takes the queries into
 * the means as far as they belong to a class,
 *
 *     R = softmax(t·U·Pᵀ),   P_c = unit(Σ_{j of c} g_j + w·Σ_i R_ic·u_i),
 *
 * so it is expectation maximisation of a mixture on the sphere, in which labelled images are certain. A query counts `w` = 0.3
 * of a labelled image, and less than that with more than 3 of these a class; and it is assigned sharply. With full weight and soft assignment, queries of
 * other classes draw away the mean of a class that has none (docs/accuracy.md says what that costs).
 */
export const sharedPrototype = (names: { readonly weight: string; readonly sharpness: string }): Term => ({
  name: 'prototype',
  summary:
    'How near the image is to the mean of the support images of the class and of the images that are like them.',
  formula: String.raw`\exp\!\left(-${symbolOf(names.sharpness)}\left(1 - U\hat{P}^\top\right)\right)`,
  color: colors.green,
  weight: names.weight,
  shapes: [names.sharpness],
  usesTexts: false,
  usesKeys: true,
  async logits(batch, shapes) {
    const affinities = await batch.derive('refined affinities', async () =>
      affinitiesWith(batch, await refined(batch)),
    )
    return batch.cache.kernels.sharpen(affinities, Math.max(shapes[names.sharpness] as number, minSharpness))
  },
})

const rounds = 4
/** t. */
const sharpness = 60
/** w, and the number of images of a class up to which it holds. */
const share = 0.3
const fullShots = 3

/** P after the last round, [C, m]. */
async function refined(batch: Batch): Promise<Matrix> {
  const { cache } = batch
  const { spaceKeys, labels, classes, kernels } = cache
  const present = cache.counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0)
  const weight = share * Math.min(1, (fullShots * present) / labels.length)
  const sums = sumsOf(spaceKeys, labels, classes)
  const queries = await batch.spaceQueries()
  let prototypes = prototypesOf(cache)
  for (let round = 0; round < rounds; round++) {
    const belonging = softmaxRows(await affinitiesWith(batch, prototypes), sharpness)
    const drawn = await kernels.multiply(transposed(belonging), queries)
    prototypes = unitPrototypes(
      mapMatrix(sums, (sum, c, k) => sum + weight * (rowOf(drawn, c)[k] as number)),
      cache.counts,
    )
  }
  return prototypes
}

/** The sum of the keys of each class, [C, m]. */
function sumsOf({ columns, data }: Matrix, labels: Int32Array, classes: number): Matrix {
  const sums = matrix(classes, columns)
  for (let s = 0, at = 0; s < labels.length; s++) {
    const from = (labels[s] as number) * columns
    for (let k = 0; k < columns; k++, at++)
      sums.data[from + k] = (sums.data[from + k] as number) + (data[at] as number)
  }
  return sums
}

/** `softmax(t·A)` of every row. */
function softmaxRows({ rows, columns, data }: Matrix, t: number): Matrix {
  const result = matrix(rows, columns)
  for (let i = 0; i < rows; i++) {
    const from = i * columns
    let greatest = -Infinity
    for (let c = 0; c < columns; c++) greatest = Math.max(greatest, data[from + c] as number)
    let sum = 0
    for (let c = 0; c < columns; c++) {
      const value = Math.exp(t * ((data[from + c] as number) - greatest))
      result.data[from + c] = value
      sum += value
    }
    for (let c = 0; c < columns; c++) result.data[from + c] = (result.data[from + c] as number) / sum
  }
  return result
}
