/** What two runs took the same test images for. */
import type { Predictions } from './predictions.js'
export interface PredictionPair {
  /** [N]: the class of each image. */
  readonly labels: Int32Array
  /** [N]: what the method took it for, and what the baseline did. */
  readonly predicted: Int32Array
  readonly baseline: Int32Array
}

/**
 * Two runs' predictions, side by side. Images are only ever added behind others: where a run of an earlier version saw
 * fewer, both saw the first ones.
 */
export function pairPredictions(method: Predictions, baseline: Predictions): PredictionPair {
  const common = Math.min(method.labels.length, baseline.labels.length)
  return {
    labels: method.labels.subarray(0, common),
    predicted: method.predicted.subarray(0, common),
    baseline: baseline.predicted.subarray(0, common),
  }
}
