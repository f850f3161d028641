import { type Matrix, matrix, rowOf } from '../tensor/matrix.js'
import { softmax } from './softmax.js'

/** How logits become probabilities. */
export interface Calibration {
  /** What the logits of a typical image are divided by before softmax. */
  readonly temperature: number
  /**
   * The standard deviation of a typical image's logits over the classes. An image with twice the spread has √2 times the temperature: spread comes in
   * part from how near an image is to all others, which says nothing about its class. Null for one temperature for all images.
   */
  readonly typicalSpread: number | null
}

/** The probabilities of an image's classes, in double precision. They have the order of the logits. */
export const probabilitiesOf = (logits: ArrayLike<number>, calibration: Calibration): Float64Array =>
  softmax(logits, temperatureOf(logits, calibration))

/** What an image's logits are divided by before softmax. */
export function temperatureOf(
  logits: ArrayLike<number>,
  { temperature, typicalSpread }: Calibration,
): number {
  if (typicalSpread === null) return temperature
  const spread = spreadOf(logits)
  // Without spread all classes are equal, at any temperature.
  return spread > 0 ? temperature * Math.sqrt(spread / typicalSpread) : temperature
}

/** The mean spread of images, [m, C]; null if no logits differ. */
export function typicalSpreadOf(logits: Matrix): number | null {
  let sum = 0
  for (let i = 0; i < logits.rows; i++) sum += spreadOf(rowOf(logits, i))
  return sum > 0 ? sum / logits.rows : null
}

/** Logits, [m, C], that one temperature makes the same probabilities of as the temperatures of their images do. */
export function levelled(logits: Matrix, typicalSpread: number | null): Matrix {
  if (typicalSpread === null) return logits
  const result = matrix(logits.rows, logits.columns)
  for (let i = 0; i < logits.rows; i++) {
    const row = rowOf(logits, i)
    const factor = temperatureOf(row, { temperature: 1, typicalSpread })
    rowOf(result, i).set(row.map((logit) => logit / factor))
  }
  return result
}

/** The standard deviation of the logits. */
function spreadOf(logits: ArrayLike<number>): number {
  let sum = 0
  for (let c = 0; c < logits.length; c++) sum += logits[c] as number
  const mean = sum / logits.length
  let squares = 0
  for (let c = 0; c < logits.length; c++) squares += ((logits[c] as number) - mean) ** 2
  return Math.sqrt(squares / logits.length)
}
