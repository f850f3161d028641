import type { Measures } from '../measures.js'
import type { Matrix } from '../tensor/matrix.js'

/** The index of the largest value; the first one for ties. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i
  return best
}

/** `softmax` of a row of logits, in double precision. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const greatest = logits[argmax(logits)] as number
  const result = Float64Array.from(logits, (logit) => Math.exp(logit - greatest))
  const sum = result.reduce((total, value) => total + value, 0)
  return result.map((value) => value / sum)
}

/** The number of confidence bins of the calibration error. */
const calibrationBins = 15

/** Measures a classifier on labelled images. Logits are added in chunks. */
export interface Tally {
  add(logits: Matrix, labels: Int32Array): void
  finish(): MeasuredPredictions
}

/** The measures of a classifier on labelled images, and its predictions. */
export interface MeasuredPredictions extends Measures {
  /** [N]: the class with the greatest logit, the first among equals. */
  readonly predicted: Int32Array
  /** [N]: the probability of that class. */
  readonly confidence: Float32Array
  readonly images: number
}

/** Starts measuring. */
export function createTally(): Tally {
  const predicted: number[] = []
  const confidences: number[] = []
  const bins = Array.from({ length: calibrationBins }, () => ({ images: 0, correct: 0, confidence: 0 }))
  let correct = 0
  let correct5 = 0

  return {
    add({ rows, columns, data }, labels) {
      for (let i = 0; i < rows; i++) {
        const logits = data.subarray(i * columns, (i + 1) * columns)
        const label = labels[i] as number
        const best = argmax(logits)
        predicted.push(best)
        if (best === label) correct++
        if (rankOf(logits, label) < 5) correct5++
        const confidence =
          1 / logits.reduce((sum, logit) => sum + Math.exp(logit - (logits[best] as number)), 0)
        confidences.push(confidence)
        const bin = bins[Math.min(calibrationBins - 1, Math.ceil(confidence * calibrationBins) - 1)]
        if (bin) {
          bin.images++
          bin.confidence += confidence
          if (best === label) bin.correct++
        }
      }
    },
    finish() {
      const images = predicted.length
      const share = (count: number) => (images > 0 ? (100 * count) / images : 0)
      const gaps = bins.reduce((sum, bin) => sum + Math.abs(bin.confidence - bin.correct), 0)
      return {
        predicted: Int32Array.from(predicted),
        confidence: Float32Array.from(confidences),
        images,
        accuracy: share(correct),
        top5Accuracy: share(correct5),
        calibrationError: images > 0 ? gaps / images : 0,
      }
    },
  }
}

/** The number of classes before the given one, ordered by logit, then by index. */
function rankOf(logits: Float32Array, label: number): number {
  const own = logits[label] as number
  let rank = 0
  for (let c = 0; c < logits.length; c++) {
    const logit = logits[c] as number
    if (logit > own || (logit === own && c < label)) rank++
  }
  return rank
}

/** Counts by true class (row) and predicted class (column): [C][C]. */
export function confusionOf(labels: Int32Array, predicted: Int32Array, classes: number): number[][] {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  for (let i = 0; i < labels.length; i++) {
    const row = confusion[labels[i] as number] as number[]
    const column = predicted[i] as number
    row[column] = (row[column] as number) + 1
  }
  return confusion
}

/** The accuracy of each class in percent; 0 for a class without images. */
export const perClassAccuracyOf = (confusion: readonly (readonly number[])[]): number[] =>
  confusion.map((row, c) => {
    const images = row.reduce((sum, count) => sum + count, 0)
    return images > 0 ? (100 * (row[c] as number)) / images : 0
  })
