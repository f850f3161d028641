import { operator, sharpening } from '../../tensor/kernels.js'
import { matrix } from '../../tensor/matrix.js'
import { elementType } from '../../tensor/onnx/graph.js'
import { colors } from '../colors.js'
import type { Term } from '../contract.js'
import { symbolOf } from '../formula.js'
import { classSums } from './class-sums.js'

/**
 * `exp(−β(1 − A_k))·L`, [n, C], A_k the affinities `U·Gᵀ` with the k nearest keys alone: votes of the nearest support images,
 * in the chosen space, near ones with more weight (Cover and Hart 1967, Dudani 1976). Keys as near as the k-th vote too.
 */
export const nearestNeighbours = (names: {
  readonly weight: string
  readonly count: string
  readonly sharpness: string
}): Term => ({
  name: 'neighbours',
  summary: 'The classes of the nearest support images, in the chosen feature space.',
  formula: String.raw`\exp\!\left(-${symbolOf(names.sharpness)}\left(1 - (UG^\top)_k\right)\right)L`,
  color: colors.blue,
  weight: names.weight,
  shapes: [names.count, names.sharpness],
  usesTexts: false,
  usesKeys: true,
  async logits(batch, shapes) {
    const [count, sharpness] = [shapes[names.count] as number, shapes[names.sharpness] as number]
    const { labels, classes } = batch.cache
    const affinities = await batch.affinities()
    const votes = matrix(batch.rows, classes)
    const keys = labels.length
    for (let i = 0; i < batch.rows; i++) {
      const row = affinities.data.subarray(i * keys, (i + 1) * keys)
      const farthest = count >= keys ? -Infinity : (row.slice().sort()[keys - count] as number)
      for (let s = 0; s < keys; s++) {
        const affinity = row[s] as number
        if (affinity < farthest) continue
        const at = i * classes + (labels[s] as number)
        votes.data[at] = (votes.data[at] as number) + Math.exp(-sharpness * (1 - affinity))
      }
    }
    return votes
  },
  graph: async ({ counts, labels }, shapes) => {
    const [count, beta] = [shapes[names.count] as number, shapes[names.sharpness] as number]
    const sums = classSums(counts)
    if (count >= labels.length) {
      return { constants: { ...sums.constants, beta }, nodes: [...sharpening('weights'), ...sums.nodes] }
    }
    return {
      constants: { ...sums.constants, beta, count: [count], last: [count - 1] },
      nodes: [
        {
          ...operator('TopK', ['affinities', 'count'], 'nearest', { axis: 1 }),
          output: ['nearest', 'which'],
        },
        operator('Gather', ['nearest', 'last'], 'farthest', { axis: 1 }),
        operator('GreaterOrEqual', ['affinities', 'farthest'], 'isNear'),
        operator('Cast', ['isNear'], 'near', { to: elementType.float }),
        ...sharpening('all'),
        operator('Mul', ['all', 'near'], 'weights'),
        ...sums.nodes,
      ],
    }
  },
})
