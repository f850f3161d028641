import type { PredictionPair } from './prediction-pair.js'
import { holm, mcnemar } from './statistics.js'

/** Compares a method with a baseline on the test images of one class. Seeds are pooled. */
export interface ClassDelta {
  readonly classIndex: number
  /** Test images of the class, each counted once per seed. */
  readonly images: number
  /** In percent. */
  readonly accuracy: number
  readonly baselineAccuracy: number
  /** The method's accuracy minus the baseline's, in percentage points. */
  readonly difference: number
  /** Images that only the method, and only the baseline, classifies correctly. */
  readonly wins: number
  readonly losses: number
  /** The p-value of McNemar's exact test. */
  readonly pValue: number
  /** The p-value with Holm's correction over all classes, which bounds the chance of any false positive. */
  readonly adjustedPValue: number
}

/** The difference of two methods in each class, in class order, without classes that have no test images. */
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
