import type { Batch } from '../../src/cache/contract.js'
import { defineMethod, type Method, shape, type Term, weight } from '../../src/methods/contract.js'
import { cacheAffinity } from '../../src/methods/terms/cache-affinity.js'
import { zeroShot } from '../../src/methods/terms/zero-shot.js'
import { type Matrix, matrix, rowOf, unitRows } from '../../src/tensor/matrix.js'

const alpha = weight({ default: 1, grid: [0, 1, 5], summary: 'How much the second term counts.' })
const beta = shape({ default: 2, grid: [0, 2, 5], summary: 'How sharply influence falls.' })

/** Zero-shot plus one more term, as an outsider would write it. */
export const methodWith = (term: Partial<Term> & Pick<Term, 'logits'>): Method =>
  defineMethod({
    id: 'outsider',
    name: "An outsider's method",
    summary: 'Made for a test.',
    space: 'clip',
    hyperparameters: { alpha, beta },
    terms: [
      zeroShot(),
      {
        name: 'own',
        summary: '',
        weight: 'alpha',
        shapes: ['beta'],
        usesTexts: false,
        usesKeys: true,
        ...term,
      },
    ],
  })

/** The cache term with something done to its logits. */
export const spoiledCache = (spoil: (logits: Matrix, batch: Batch) => void): Method => {
  const term = cacheAffinity({ weight: 'alpha', sharpness: 'beta' })
  return methodWith({
    ...term,
    async logits(batch, values, ranges) {
      const logits = await term.logits(batch, values, ranges)
      spoil(logits, batch)
      return logits
    },
  })
}

/** `exp(−β(1 − U·Pᵀ))`, P the unit class means of the keys, which are read from the cache itself. */
export const prototype = () =>
  methodWith({
    async logits(batch, { beta: sharpness = 0 }) {
      const { kernels } = batch.cache
      const similarities = await kernels.dot(await batch.spaceQueries(), classMeans(batch))
      return kernels.sharpen(similarities, sharpness)
    },
  })

/** The same as a method that scores by itself. */
export const scoredPrototype = (): Method => {
  const { terms, ...rest } = prototype()
  const [texts, own] = terms ?? []
  return defineMethod({
    ...rest,
    usesTexts: true,
    async score(batch, values) {
      const { alpha: factor = 0 } = values
      const fromTexts = await texts?.logits(batch, values, {})
      const fromKeys = await own?.logits(batch, values, {})
      const sum = fromTexts?.data.map((logit, at) => logit + factor * (fromKeys?.data[at] as number))
      return matrix(batch.rows, batch.cache.classes, sum)
    },
  })
}

/** Unit class means; zeros where keys cancel out but for rounding, as two images do that are centred on their mean. */
function classMeans({ cache: { spaceKeys, labels, classes } }: Batch): Matrix {
  const sums = matrix(classes, spaceKeys.columns)
  for (let s = 0; s < labels.length; s++) {
    const sum = rowOf(sums, labels[s] as number)
    for (const [k, value] of rowOf(spaceKeys, s).entries()) sum[k] = (sum[k] as number) + value
  }
  return unitRows(
    matrix(
      sums.rows,
      sums.columns,
      sums.data.map((value) => (Math.abs(value) < 1e-5 ? 0 : value)),
    ),
  )
}
