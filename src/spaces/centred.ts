import { type Graph, type Kernels, operator } from '../tensor/kernels.js'
import {
  type Matrix,
  matrix,
  meanRow,
  rowOf,
  sliceRows,
  squareOf,
  subtractRow,
  unitRows,
} from '../tensor/matrix.js'
import { defineSpace, type FittedSpace, type LabelledFeatures } from './contract.js'
import {
  recentredCosines,
  recentredRows,
  recentringConstants,
  recentringInputs,
} from './fitting/leave-one-out.js'

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
    fit: fitCentred,
  })

async function fitCentred({ features }: LabelledFeatures, kernels: Kernels): Promise<FittedSpace> {
  const mean = meanRow(features)
  const residuals = subtractRow(features, mean) // z, [S, d]
  const squares = squaredLengths(residuals) // [S]
  return {
    project: (queries) => kernels.centre(queries, mean),
    leaveOneOut: (from, to) =>
      kernels.run('leave one out of centred', foldGraph, {
        rows: sliceRows(residuals, from, to),
        residuals,
        squares: matrix(1, residuals.rows, squares),
        own: matrix(to - from, 1, squares.subarray(from, to)),
        ...recentringConstants(residuals.rows),
      }),
    fold: async (i) => unitRows(recentredRows(residuals, i)),
  }
}

const foldGraph = (): Graph => ({
  inputs: {
    rows: ['n', 'd'],
    residuals: ['s', 'd'],
    squares: [1, 's'],
    own: ['n', 1],
    ...recentringInputs,
  },
  outputs: { result: ['n', 's'] },
  nodes: [operator('Gemm', ['rows', 'residuals'], 'inner', { transB: 1 }), ...recentredCosines()],
})

const squaredLengths = (rows: Matrix): Float32Array =>
  Float32Array.from({ length: rows.rows }, (_, i) => squareOf(rowOf(rows, i)))
