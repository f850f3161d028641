import type { Cache } from '../../cache/contract.js'
import { classMeans } from '../../spaces/fitting/scatter.js'
import { operator, sharpening } from '../../tensor/kernels.js'
import { type Matrix, makeUnit, matrix, meanRow, rowOf, squareOf, subtractRow } from '../../tensor/matrix.js'
import { colors } from '../colors.js'
import type { Term } from '../contract.js'
import { symbolOf } from '../formula.js'
import { minSharpness } from './class-prototype.js'

/**
 * `exp(−β(1 − U·Pᵀ))`, [n, C], with class means that are pulled to the texts of their classes,
 *
 *     P_c = unit(m + (n_c·(μ_c − m) + k·g·(t_c − t̅))/(n_c + k)),
 *
 * μ_c the mean of the n_c keys of a class and t_c its text, both in the chosen space, m and t̅ their means over classes, and g
 * the factor that makes the differences of texts as long on average as those of class means. So the texts are a prior worth k
 * images: a class without keys has its text alone.
 */
export const textPrototype = (names: {
  readonly weight: string
  readonly sharpness: string
  readonly prior: string
}): Term => ({
  name: 'prototype',
  summary: 'How near the image is to the mean of the support images of the class, pulled to its text.',
  formula: String.raw`\exp\!\left(-${symbolOf(names.sharpness)}\left(1 - UP_{${names.prior}}^\top\right)\right)`,
  color: colors.green,
  weight: names.weight,
  shapes: [names.sharpness, names.prior],
  usesTexts: true,
  usesKeys: true,
  async logits(batch, shapes) {
    const { cache } = batch
    const prior = shapes[names.prior] as number
    const affinities = await batch.derive(`affinities at ${prior}`, async () => {
      return cache.kernels.dot(await batch.spaceQueries(), await prototypesIn(cache, prior))
    })
    return cache.kernels.sharpen(affinities, Math.max(shapes[names.sharpness] as number, minSharpness))
  },
  graph: async (cache, shapes) => ({
    constants: {
      prototypes: await prototypesIn(cache, shapes[names.prior] as number),
      beta: Math.max(shapes[names.sharpness] as number, minSharpness),
    },
    nodes: [
      operator('Gemm', ['spaceQueries', 'prototypes'], 'affinities', { transB: 1 }),
      ...sharpening('result'),
    ],
  }),
})

const prototypesIn = (cache: Cache, prior: number): Promise<Matrix> =>
  cache.derive(`prototypes at ${prior}`, () => prototypesOf(cache, prior))

async function prototypesOf(cache: Cache, prior: number): Promise<Matrix> {
  const { spaceKeys, labels, classes, counts, textClassifier } = cache
  const all = classMeans(spaceKeys, labels, classes)
  const present = [...counts.keys()].filter((c) => counts[c] !== 0)
  const mean = meanOfRows(all, present)
  const images = subtractRow(all, mean)
  for (let c = 0; c < classes; c++) if (counts[c] === 0) rowOf(images, c).fill(0)
  const projected = await cache.projectTexts(textClassifier ?? matrix(classes, 0))
  const texts = subtractRow(projected, meanRow(projected))
  const length = lengthOf(texts)
  const factor = length > 1e-6 ? lengthOf(images, present) / length : 0
  const prototypes = matrix(classes, all.columns)
  for (let c = 0; c < classes; c++) {
    const [prototype, image, text] = [rowOf(prototypes, c), rowOf(images, c), rowOf(texts, c)]
    const n = counts[c] as number
    const pull = n + prior > 0 ? 1 / (n + prior) : 0
    for (let k = 0; k < prototype.length; k++) {
      const sum = n * (image[k] as number) + prior * factor * (text[k] as number)
      prototype[k] = (mean[k] as number) + pull * sum
    }
    if (squareOf(prototype) > 1e-10) makeUnit(prototype)
    else prototype.fill(0)
  }
  return prototypes
}

function meanOfRows(all: Matrix, rows: readonly number[]): Float32Array {
  const mean = new Float32Array(all.columns)
  for (const row of rows) {
    for (const [k, value] of rowOf(all, row).entries()) mean[k] = (mean[k] as number) + value / rows.length
  }
  return mean
}

/** The mean length of rows. */
const lengthOf = (all: Matrix, rows: readonly number[] = [...Array(all.rows).keys()]): number =>
  rows.reduce((sum, row) => sum + Math.sqrt(squareOf(rowOf(all, row))), 0) / Math.max(1, rows.length)
