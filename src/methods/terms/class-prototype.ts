import type { Batch, Cache } from '../../cache/contract.js'
import { classMeans } from '../../spaces/fitting/scatter.js'
import { operator, sharpening } from '../../tensor/kernels.js'
import { type Matrix, makeUnit, rowOf, squareOf } from '../../tensor/matrix.js'
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
  async logits(batch, shapes) {
    const sharpness = Math.max(shapes[names.sharpness] as number, minSharpness)
    const affinities = await batch.derive('prototype affinities', () => prototypeAffinities(batch))
    return batch.cache.kernels.sharpen(affinities, sharpness)
  },
  async graph(cache, shapes) {
    const none = Float32Array.from(cache.counts, (count) => (count === 0 ? affinityWithoutKeys : 0))
    return {
      constants: {
        prototypes: prototypesOf(cache),
        none,
        beta: Math.max(shapes[names.sharpness] as number, minSharpness),
      },
      nodes: [
        operator('Gemm', ['spaceQueries', 'prototypes', 'none'], 'affinities', { transB: 1 }),
        ...sharpening('result'),
      ],
    }
  },
})

/** So low that its weight is 0, and finite, so that a sharpness of 0 does not give NaN. */
const affinityWithoutKeys = Math.fround(-3e38)

/** With a sharpness of 0 a class without keys would weigh 1; with this it weighs 0, and all others 1. */
export const minSharpness = 1e-30

/** `U·Pᵀ`, [n, C]; −3e38 for a class without keys. */
async function prototypeAffinities(batch: Batch): Promise<Matrix> {
  const { cache } = batch
  const prototypes = await cache.derive('prototypes', async () => cache.kernels.keep(prototypesOf(cache)))
  return affinitiesWith(cache, await batch.spaceQueries(), prototypes)
}

/** The affinities of queries with a prototype of each class, [n, C]; −3e38 for a class without keys. */
export async function affinitiesWith(
  cache: Pick<Cache, 'kernels' | 'counts' | 'classes'>,
  queries: Matrix,
  prototypes: Matrix,
): Promise<Matrix> {
  const affinities = await cache.kernels.dot(queries, prototypes)
  for (let at = 0; at < affinities.data.length; at++) {
    if (cache.counts[at % cache.classes] === 0) affinities.data[at] = affinityWithoutKeys
  }
  return affinities
}

/** P, [C, m]: the mean of the keys of each class, made unit. */
export const prototypesOf = ({ spaceKeys, labels, classes, counts }: Cache): Matrix =>
  unitPrototypes(classMeans(spaceKeys, labels, classes), counts)

/** Makes the means of classes unit, in place; zeros for a class without keys, and if its keys cancel out up to rounding. */
export function unitPrototypes(means: Matrix, counts: Int32Array): Matrix {
  for (let c = 0; c < means.rows; c++) {
    const mean = rowOf(means, c)
    if (counts[c] !== 0 && squareOf(mean) > 1e-10) makeUnit(mean)
    else mean.fill(0)
  }
  return means
}
