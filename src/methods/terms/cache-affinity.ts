import { sharpening } from '../../tensor/kernels.js'
import { colors } from '../colors.js'
import type { Term } from '../contract.js'
import { symbolOf } from '../formula.js'
import { classSums } from './class-sums.js'

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
