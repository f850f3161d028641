import { operator } from '../../tensor/kernels.js'
import { matrix } from '../../tensor/matrix.js'
import { colors } from '../colors.js'
import type { Term } from '../contract.js'

/** `s·T·Wᵀ`, [n, C], `s` the encoder's logit scale (100 for CLIP): how well a query fits the texts of a class. */
export const zeroShot = (): Term => ({
  name: 'zero-shot',
  summary: "How well the image fits the class's texts.",
  formula: String.raw`s\,TW^\top`,
  color: colors.slate,
  weight: null,
  shapes: [],
  usesTexts: true,
  usesKeys: false,
  async logits(batch) {
    const { rows, columns, data } = await batch.textSimilarities()
    return matrix(
      rows,
      columns,
      data.map((similarity) => batch.cache.logitScale * similarity),
    )
  },
  graph: async ({ logitScale }) => ({
    constants: { logitScale },
    nodes: [operator('Mul', ['textSimilarities', 'logitScale'], 'result')],
  }),
})
