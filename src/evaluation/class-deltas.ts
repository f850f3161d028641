import type { PredictionPair } from './prediction-pair.js'
import { holm, mcnemar } from './statistics.js'

/** A method against a baseline on the test images of one class, all seeds pooled. */
export interface ClassDelta {
  readonly classIndex: number
  /** Of the class, each counted once for every seed. */
  readonly images: number
  /** Percentages. */
  readonly accuracy: number
  readonly baselineAccuracy: number
  /** In percentage points, the method's accuracy less the baseline's. */
  readonly difference: number
  /** Images on which the method alone is right, and on which the baseline alone is. */
  readonly wins: number
  readonly losses: number
  /** McNemar's exact test. */
  readonly pValue: number
  /** The same by Holm's procedure, which bounds the chance of any false alarm among all classes. */
  readonly adjustedPValue: number
}

/** What two methods differ by in each class, in the order of the classes; classes without test images are left out. */
export function classDeltasOf(pairs: readonly PredictionPair[], classes: number): ClassDelta[] {
  const tallies = Array.from({ length: classes }, () => ({ images: 0, right: 0, wins: 0, losses: 0 }))
  for (const { labels, predicted, baseline } of pairs) {
    for (const [i, label] of labels.entries()) {
      const tally = tallies[label]
      if (!tally) continue
      const right = predicted[i] === label
      const baselineRight = baseline[i] === label
      tally.images++
      if (right) tally.right++
      if (right && !baselineRight) tally.wins++
      if (!right && baselineRight) tally.losses++
    }
  }
  const measured = tallies
    .map((tally, classIndex) => ({ ...tally, classIndex }))
    .filter(({ images }) => images > 0)
  const pValues = measured.map(({ wins, losses }) => mcnemar(wins, losses))
  const adjusted = holm(pValues)
  return measured.map(({ classIndex, images, right, wins, losses }, i) => ({
    classIndex,
    images,
    accuracy: (100 * right) / images,
    baselineAccuracy: (100 * (right - wins + losses)) / images,
    difference: (100 * (wins - losses)) / images,
    wins,
    losses,
    pValue: pValues[i] as number,
    adjustedPValue: adjusted[i] as number,
  }))
}
