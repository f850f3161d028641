import { errors } from '../errors.js'
import type { Predictions } from './predictions.js'

/** Whether the predicted class is the true one. */
export type PredictionOutcome = 'RIGHT' | 'WRONG'

/** TEST_IMAGES: as the test images are stored. The others: by the probability of the predicted class. */
export type PredictionOrder = 'TEST_IMAGES' | 'LEAST_CONFIDENT' | 'MOST_CONFIDENT'

export interface PredictionSelection {
  readonly outcome?: PredictionOutcome | undefined
  /** The index of the true class. */
  readonly classIndex?: number | undefined
  /** The index of the predicted class. */
  readonly takenFor?: number | undefined
  readonly order?: PredictionOrder | undefined
}

/**
 * The positions of the test images that match, in the order asked for; equal probabilities keep the order of the images. Throws
 * INVALID_VALUE for an order by probability if the predictions are of an earlier version, which did not store it.
 */
export function selectPredictions(
  { labels, predicted, confidence }: Predictions,
  { outcome, classIndex, takenFor, order = 'TEST_IMAGES' }: PredictionSelection,
): Int32Array {
  const matching = Int32Array.from(labels.keys()).filter((i) => {
    const [label, taken] = [labels[i], predicted[i]]
    return (
      (outcome === undefined || (label === taken) === (outcome === 'RIGHT')) &&
      (classIndex === undefined || label === classIndex) &&
      (takenFor === undefined || taken === takenFor)
    )
  })
  if (order === 'TEST_IMAGES') return matching
  if (!confidence) {
    const reason =
      'The run is of an earlier version, which did not store probabilities. Compare again, or use the order TEST_IMAGES.'
    throw errors.invalidValue({ reason }, 'orderBy')
  }
  const sign = order === 'LEAST_CONFIDENT' ? 1 : -1
  return matching.sort((a, b) => sign * ((confidence[a] ?? 0) - (confidence[b] ?? 0)) || a - b)
}
