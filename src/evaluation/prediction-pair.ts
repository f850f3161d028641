/** The predictions of two runs for the same test images. */
import type { Predictions } from './predictions.js'
export interface PredictionPair {
  /** [N]: the true class of each image. */
  readonly labels: Int32Array
  /** [N]: the classes that the method and the baseline predict. */
  readonly predicted: Int32Array
  readonly baseline: Int32Array
}

/**
 * Pairs the predictions of two runs. If a run of an earlier version saw fewer images, both are cut to the first ones,
 * because images are only appended.
 */
export function pairPredictions(method: Predictions, baseline: Predictions): PredictionPair {
  const common = Math.min(method.labels.length, baseline.labels.length)
  return {
    labels: method.labels.subarray(0, common),
    predicted: method.predicted.subarray(0, common),
    baseline: baseline.predicted.subarray(0, common),
  }
}
