import type { Batch, Cache } from '../../cache/contract.js'
import { leftOutAffinity, minSharpness } from '../../cache/leave-one-out.js'
import { createYieldToEventLoop } from '../../system/yield-to-event-loop.js'
import { type Matrix, matrix, rowOf } from '../../tensor/matrix.js'
import { colors } from '../colors.js'
import type { Term } from '../contract.js'
import { symbolOf } from '../formula.js'

/**
 * `exp(−β(1 − U·Pᵀ))`, [n, C], P the unit class means of the keys in the chosen space: how near a query is to the mean of
 * a class. A class without keys adds 0. Prototypical networks, arXiv 1703.05175.
 */
export const classPrototype = (names: { readonly weight: string; readonly sharpness: string }): Term => ({
  name: 'prototype',
  summary:
    'How near the image is to the mean of the support images of the class, in the chosen feature space.',
  formula: String.raw`\exp\!\left(-${symbolOf(names.sharpness)}\left(1 - UP^\top\right)\right)`,
  color: colors.green,
  weight: names.weight,
  shapes: [names.sharpness],
  usesTexts: false,
  usesKeys: true,
  leaveOneOut: 'in-batch',
  async logits(batch, shapes) {
    const sharpness = Math.max(shapes[names.sharpness] as number, minSharpness)
    const affinities = await batch.derive('prototype affinities', () => prototypeAffinities(batch))
    return batch.cache.kernels.sharpen(affinities, sharpness)
  },
})

/** `U·Pᵀ`, [n, C]; −3e38 for a class without keys. */
async function prototypeAffinities(batch: Batch): Promise<Matrix> {
  const { cache, rows, from, leavesOneOut } = batch
  if (leavesOneOut && cache.fitted !== undefined) return affinitiesInFolds(batch)
  const sums = await cache.derive('sums of keys', async () => sumsOf(cache.spaceKeys, cache))
  const queries = await batch.spaceQueries()
  const affinities = await cache.kernels.dot(queries, sums)
  const lengths = Array.from(cache.counts, (count, c) => lengthOf(rowOf(sums, c), count))
  for (let i = 0, at = 0; i < rows; i++) {
    for (let c = 0; c < cache.classes; c++, at++) {
      if (batch.keysOf(c, i) === 0) affinities.data[at] = leftOutAffinity
      else if (leavesOneOut && cache.labels[from + i] === c) {
        affinities.data[at] = cosineWithout(rowOf(queries, i), rowOf(sums, c), batch.keysOf(c, i))
      } else affinities.data[at] = (affinities.data[at] as number) / (lengths[c] as number)
    }
  }
  return affinities
}

/** The same in a fitted space, where leaving out an image changes all keys. */
async function affinitiesInFolds(batch: Batch): Promise<Matrix> {
  const { cache, rows, from } = batch
  const affinities = matrix(rows, cache.classes)
  const yieldToEventLoop = createYieldToEventLoop()
  for (let i = 0, at = 0; i < rows; i++) {
    const keys = await batch.keysWithout(i)
    const query = rowOf(keys, from + i)
    const sums = sumsOf(keys, cache)
    for (let c = 0; c < cache.classes; c++, at++) {
      const [sum, n] = [rowOf(sums, c), batch.keysOf(c, i)]
      if (n === 0) affinities.data[at] = leftOutAffinity
      else if (cache.labels[from + i] === c) affinities.data[at] = cosineWithout(query, sum, n)
      else affinities.data[at] = dot(query, sum) / lengthOf(sum, n)
    }
    await yieldToEventLoop()
  }
  return affinities
}

/** The sum of the keys of each class, [C, m]: P before it is made unit. */
function sumsOf(keys: Matrix, { labels, classes }: Cache): Matrix {
  const sums = matrix(classes, keys.columns)
  for (let s = 0; s < labels.length; s++) {
    const sum = rowOf(sums, labels[s] as number)
    const key = rowOf(keys, s)
    for (let k = 0; k < sum.length; k++) sum[k] = (sum[k] as number) + (key[k] as number)
  }
  return sums
}

/** The cosine of a query with a sum of keys less the query itself; `n` keys are left. */
function cosineWithout(query: Float32Array, sum: Float32Array, n: number): number {
  const rest = sum.map((value, k) => value - (query[k] as number))
  return dot(query, rest) / lengthOf(rest, n)
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number)
  return sum
}

/** The length of a sum of n unit keys; infinite if they cancel out up to rounding, so that its cosines become 0. */
function lengthOf(sum: Float32Array, n: number): number {
  const length = Math.sqrt(dot(sum, sum))
  return length > 1e-5 * n ? length : Number.POSITIVE_INFINITY
}
