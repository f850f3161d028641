import type { Kernels } from '../tensor/kernels.js'
import { type Matrix, meanRow, sliceRows, subtractRow } from '../tensor/matrix.js'
import { defineSpace, type FittedSpace, type LabelledFeatures } from './contract.js'
import { leaveOneOutCosines } from './leave-one-out.js'

/** Features with the mean of the support features subtracted, made unit. */
export const centred = () =>
  defineSpace({
    id: 'centred',
    name: 'Centred',
    summary: 'The mean of the support features subtracted: what all images share no longer counts.',
    base: 'clip',
    trained: false,
    fit: fitCentred,
  })

async function fitCentred({ features }: LabelledFeatures, kernels: Kernels): Promise<FittedSpace> {
  const mean = meanRow(features)
  return {
    project: (queries) => kernels.centre(queries, mean),
    async leaveOneOut(from, to) {
      const residuals = subtractRow(features, mean)
      const inner = await kernels.dot(sliceRows(residuals, from, to), residuals)
      const squares = squaredLengths(residuals)
      return leaveOneOutCosines({ from, inner, square: (_, j) => squares[j] as number })
    },
  }
}

function squaredLengths({ rows, columns, data }: Matrix): Float64Array {
  const squares = new Float64Array(rows)
  for (let i = 0, at = 0; i < rows; i++) {
    for (let k = 0; k < columns; k++, at++) squares[i] = (squares[i] as number) + (data[at] as number) ** 2
  }
  return squares
}
