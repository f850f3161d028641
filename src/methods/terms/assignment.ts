import { type Matrix, matrix } from '../../tensor/matrix.js'

/** `softmax(t·A)` of every row. */
export function softmaxRows({ rows, columns, data }: Matrix, t: number): Matrix {
  const result = matrix(rows, columns)
  for (let i = 0; i < rows; i++) {
    const from = i * columns
    let greatest = -Infinity
    for (let c = 0; c < columns; c++) greatest = Math.max(greatest, data[from + c] as number)
    let sum = 0
    for (let c = 0; c < columns; c++) {
      const value = Math.exp(t * ((data[from + c] as number) - greatest))
      result.data[from + c] = value
      sum += value
    }
    for (let c = 0; c < columns; c++) result.data[from + c] = (result.data[from + c] as number) / sum
  }
  return result
}

/** The sum of the features of each class, [C, m]. */
export function classSumsOf({ columns, data }: Matrix, labels: Int32Array, classes: number): Matrix {
  const sums = matrix(classes, columns)
  for (let s = 0, at = 0; s < labels.length; s++) {
    const from = (labels[s] as number) * columns
    for (let k = 0; k < columns; k++, at++)
      sums.data[from + k] = (sums.data[from + k] as number) + (data[at] as number)
  }
  return sums
}

/** The number of classes with keys, at least 1. */
export const presentClasses = (counts: Int32Array): number =>
  Math.max(
    1,
    counts.reduce((sum, count) => sum + Number(count > 0), 0),
  )
