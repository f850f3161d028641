import { operator } from '../tensor/kernels.js'
import { type Matrix, meanRow } from '../tensor/matrix.js'
import { defineSpace } from './contract.js'

/** Features with the mean of the support features subtracted, made unit. */
export const centred = () =>
  defineSpace({
    id: 'centred',
    name: 'Centred',
    summary: 'The mean of the support features is subtracted, so what all images share no longer counts.',
    formula: String.raw`u = \frac{f - \mu}{\lVert f - \mu\rVert}`,
    marker: 'triangle',
    dash: 'dotted',
    base: 'clip',
    trained: false,
    async fit({ features }, kernels) {
      const mean = meanRow(features)
      const project = (given: Matrix) => kernels.centre(given, mean)
      return {
        project,
        projectTexts: project,
        graph: {
          constants: { mean },
          nodes: [
            operator('Sub', ['features', 'mean'], 'centred'),
            operator('LpNormalization', ['centred'], 'result', { axis: 1, p: 2 }),
          ],
        },
      }
    },
  })
