import type { MeasureName, Measures } from '../measures.js'
import type { Matrix } from '../tensor/matrix.js'
import { confidenceBin } from './confidence-bin.js'
import { setSizeOf } from './prediction-set.js'
import type { Predictions } from './predictions.js'
import { probabilitiesOf } from './probabilities.js'
import { meanOf } from './statistics/moments.js'

/** The index of the largest value; the first one for ties. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i
  return best
}

/** The number of confidence bins of the calibration error. */
const calibrationBins = 15

/** Measures a classifier on labelled images. Logits are added in chunks. */
export interface Tally {
  add(logits: Matrix, labels: Int32Array): void
  finish(): MeasuredPredictions
}

/** The measures of a classifier on labelled images, and its predictions. */
export interface MeasuredPredictions extends Measures, Omit<Predictions, 'unshifted'> {
  readonly confidence: Float32Array
  readonly rank: Int32Array
  readonly images: number
}

export interface TallyOptions {
  /** How logits become probabilities: by softmax alone by default. */
  readonly temperature?: number
  readonly typicalSpread?: number | null
  /** A class is in the prediction set if its probability is at least this; null for no sets. */
  readonly threshold?: number | null
}

/** Starts measuring. */
export function createTally({
  temperature = 1,
  typicalSpread = null,
  threshold = null,
}: TallyOptions = {}): Tally {
  const labelled: number[] = []
  const predicted: number[] = []
  const confidences: number[] = []
  const ranks: number[] = []
  const sizes: number[] = []
  const covered: number[] = []

  return {
    add({ rows, columns, data }, labels) {
      for (let i = 0; i < rows; i++) {
        const logits = data.subarray(i * columns, (i + 1) * columns)
        const label = labels[i] as number
        const best = argmax(logits)
        labelled.push(label)
        predicted.push(best)
        ranks.push(rankOf(logits, label))
        const probabilities = probabilitiesOf(logits, { temperature, typicalSpread })
        confidences.push(probabilities[best] as number)
        if (threshold === null) continue
        sizes.push(setSizeOf(probabilities, threshold))
        covered.push(Number((probabilities[label] as number) >= threshold))
      }
    },
    finish() {
      const predictions = {
        labels: Int32Array.from(labelled),
        predicted: Int32Array.from(predicted),
        confidence: Float32Array.from(confidences),
        rank: Int32Array.from(ranks),
        ...(threshold !== null && { setSize: Int32Array.from(sizes), covered: Int32Array.from(covered) }),
      }
      return {
        ...predictions,
        images: predicted.length,
        accuracy: 100 * meanOf(imageValues.accuracy(predictions)),
        top5Accuracy: 100 * meanOf(imageValues.top5Accuracy(predictions) ?? []),
        calibrationError: meanOf(imageValues.calibrationError(predictions) ?? []),
      }
    },
  }
}

/**
 * What each measure is the mean of over the test images, so that all measures share one formula for their intervals and tests;
 * null if an earlier version did not store what it needs.
 *
 * The calibration error is a sum of absolute gaps, one for each bin of confidence. An image counts with confidence minus
 * correctness where its bin is overconfident, and with the negative where it is underconfident; the mean is the error. Taking
 * the bins' signs as given is the infinitesimal jackknife.
 */
export const imageValues = {
  accuracy: ({ labels, predicted }) =>
    Float64Array.from(labels, (label, i) => Number(predicted[i] === label)),
  top5Accuracy: ({ rank }) => rank && Float64Array.from(rank, (value) => Number(value < 5)),
  calibrationError({ labels, predicted, confidence }) {
    if (confidence === undefined) return null
    const gaps = Float64Array.from(confidence, (value, i) => value - Number(predicted[i] === labels[i]))
    const sums = new Float64Array(calibrationBins)
    for (const [i, gap] of gaps.entries()) {
      const bin = binOf(confidence[i] as number)
      sums[bin] = (sums[bin] as number) + gap
    }
    return gaps.map((gap, i) => gap * Math.sign(sums[binOf(confidence[i] as number)] as number))
  },
} satisfies Record<MeasureName, (predictions: Predictions) => Float64Array | null | undefined>

const binOf = (confidence: number): number => confidenceBin(confidence, calibrationBins)

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
