import { defineSpace, type FeatureSpace } from '../spaces/contract.js'
import { fitSpace } from '../spaces/fit-space.js'
import { type Matrix, matrix, meanRow, subtractRow, unitRows } from '../tensor/matrix.js'

/** Images without the mean of the support images, and texts without the mean of the classes' texts. */
export const centredTexts = (): FeatureSpace =>
  defineSpace({
    id: 'centred-texts',
    name: 'Centred, with texts',
    summary: 'For checks.',
    base: 'clip',
    trained: false,
    usesTexts: true,
    async fit({ features, textClassifier }) {
      const mean = meanRow(features)
      const meanOfTexts = textClassifier && meanRow(textClassifier)
      return {
        project: async (queries) => unitRows(subtractRow(queries, mean)),
        projectTexts: async (texts) => unitRows(meanOfTexts ? subtractRow(texts, meanOfTexts) : texts),
      }
    },
  })

/** The space with other distances: every second coordinate is shrunk. */
export const bent = (space: FeatureSpace): FeatureSpace => ({
  ...space,
  id: `${space.id}, bent`,
  async fit(support, kernels, values) {
    const { project, projectTexts } = await fitSpace(space, support, kernels, values)
    return {
      project: async (features) => unitRows(everySecondShrunk(await project(features))),
      ...(projectTexts && {
        projectTexts: async (texts) => unitRows(everySecondShrunk(await projectTexts(texts))),
      }),
    }
  },
})

/** The space with its texts in the opposite direction, for a sign of −1. */
export const turningTexts = (space: FeatureSpace, sign: 1 | -1): FeatureSpace => ({
  ...space,
  id: `${space.id}, texts ${sign}`,
  async fit(support, kernels, values) {
    const { project, projectTexts } = await fitSpace(space, support, kernels, values)
    const turned = ({ rows, columns, data }: Matrix) =>
      matrix(
        rows,
        columns,
        data.map((value) => sign * value),
      )
    return {
      project,
      ...(projectTexts && { projectTexts: async (texts) => turned(await projectTexts(texts)) }),
    }
  },
})

const everySecondShrunk = ({ rows, columns, data }: Matrix): Matrix =>
  matrix(
    rows,
    columns,
    data.map((value, at) => ((at % columns) % 2 === 0 ? value : value / 4)),
  )
