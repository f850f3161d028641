import { errors } from '../errors.js'
import { confidenceBin } from './confidence-bin.js'
import type { Predictions } from './predictions.js'
import type { ReadPredictions } from './summary.js'

/** The predictions whose confidence is above `low` and at most `high`; the first bin has confidence 0 too. */
export interface ReliabilityBin {
  readonly low: number
  readonly high: number
  /** Predictions, one for each test image and run. */
  readonly images: number
  /** Their mean confidence, from 0 to 1; null if there are none. */
  readonly confidence: number | null
  /** The share that is right, from 0 to 1; null if there are none. */
  readonly accuracy: number | null
}

const maxBins = 100

/**
 * How often runs are right, by how confident they are, pooled over all their predictions. Empty if a run lacks a confidence:
 * earlier versions did not store it, and a plugin's may be NaN. Throws INVALID_VALUE.
 */
export async function readReliability(
  runs: readonly { readonly id: string }[],
  readPredictions: ReadPredictions,
  bins: number,
): Promise<ReliabilityBin[]> {
  requireBins(bins)
  return reliabilityOf(await Promise.all(runs.map(({ id }) => readPredictions(id))), bins)
}

/** As `readReliability`, of predictions that have been read. */
export function reliabilityOf(runs: readonly Predictions[], bins: number): ReliabilityBin[] {
  requireBins(bins)
  const images = new Array<number>(bins).fill(0)
  const confidences = new Array<number>(bins).fill(0)
  const right = new Array<number>(bins).fill(0)
  for (const { labels, predicted, confidence } of runs) {
    if (confidence === undefined || confidence.some(Number.isNaN)) return []
    for (const [i, value] of confidence.entries()) {
      const bin = confidenceBin(value, bins)
      images[bin] = (images[bin] as number) + 1
      confidences[bin] = (confidences[bin] as number) + value
      right[bin] = (right[bin] as number) + Number(predicted[i] === labels[i])
    }
  }
  return images.map((count, bin) => ({
    low: bin / bins,
    high: (bin + 1) / bins,
    images: count,
    confidence: count > 0 ? (confidences[bin] as number) / count : null,
    accuracy: count > 0 ? (right[bin] as number) / count : null,
  }))
}

function requireBins(bins: number): void {
  if (Number.isInteger(bins) && bins >= 1 && bins <= maxBins) return
  const reason = `bins must be a whole number from 1 to ${maxBins}, not ${bins}.`
  throw errors.invalidValue({ reason }, 'bins')
}
