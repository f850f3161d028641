import { operator, sharpening } from '../../tensor/kernels.js'
import type { Piece } from '../../tensor/piece.js'
import { colors } from '../colors.js'
import type { Term } from '../contract.js'
import { symbolOf } from '../formula.js'

/**
 * `exp(−β(1 − U·Gᵀ))·L`, [n, C]: how near a query is to the support images of a class, in the chosen space. Tip-Adapter,
 * arXiv 2207.09519.
 */
export const cacheAffinity = (names: { readonly weight: string; readonly sharpness: string }): Term => ({
  name: 'cache',
  summary: 'How near the image is to the support images of the class, in the chosen feature space.',
  formula: String.raw`\exp\!\left(-${symbolOf(names.sharpness)}\left(1 - UG^\top\right)\right)L`,
  color: colors.blue,
  weight: names.weight,
  shapes: [names.sharpness],
  usesTexts: false,
  usesKeys: true,
  logits: (batch, shapes) => batch.sharpenedSums(shapes[names.sharpness] as number),
  graph: async ({ counts }, shapes) => {
    const sums = classSums(counts)
    return {
      constants: { ...sums.constants, beta: shapes[names.sharpness] as number },
      nodes: [...sharpening('weights'), ...sums.nodes],
    }
  },
})

/** `V·L`: the columns of `weights`, one for each key, summed by class, as a graph. Keys are sorted by class. */
function classSums(counts: Int32Array): Required<Piece> {
  const most = Math.max(...counts)
  const sums = [
    operator('Reshape', ['byKey', 'byClass'], 'grouped'),
    operator('ReduceSum', ['grouped', 'withinClass'], 'result', { keepdims: 0 }),
  ]
  const constants = { byClass: [0, -1, most], withinClass: [2] }
  if (counts.every((count) => count === most)) {
    return { constants, nodes: [operator('Identity', ['weights'], 'byKey'), ...sums] }
  }
  // A class with fewer keys takes a column of zeros, which is appended, as the others.
  const keys = counts.reduce((sum, count) => sum + count, 0)
  const columns: number[] = []
  let key = 0
  for (const count of counts) {
    for (let i = 0; i < most; i++) columns.push(i < count ? key++ : keys)
  }
  return {
    constants: { ...constants, oneMore: [0, 0, 0, 1], columns },
    nodes: [
      operator('Pad', ['weights', 'oneMore'], 'padded'),
      operator('Gather', ['padded', 'columns'], 'byKey', { axis: 1 }),
      ...sums,
    ],
  }
}
