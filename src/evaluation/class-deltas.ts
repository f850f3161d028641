import { outcomesOf, selectImages, subtractOutcomes } from './outcomes-of-runs.js'
import type { Predictions } from './predictions.js'
import { type Difference, testDifference } from './statistics/difference.js'
import { holm } from './statistics/holm.js'

/** Compares a method with a baseline on the test images of one class, over the support sets that both have finished. */
export interface ClassDelta extends Omit<Difference, 'mean'> {
  readonly classIndex: number
  /** Test images of the class. */
  readonly images: number
  /** In percent. */
  readonly accuracy: number
  readonly baselineAccuracy: number
  /** The method's accuracy minus the baseline's, in percentage points. */
  readonly difference: number
  /** The p-value with Holm's correction over all classes that have one, which bounds the chance of any false positive. */
  readonly adjustedPValue: number | null
}

/** The difference of two methods in each class, in class order, without classes that have no test images. */
export function classDeltasOf(
  pairs: readonly { readonly method: Predictions; readonly baseline: Predictions }[],
  classes: number,
): ClassDelta[] {
  const [labels] = pairs.map(({ method }) => method.labels)
  const mine = outcomesOf(
    'accuracy',
    pairs.map(({ method }) => method),
  )
  const theirs = outcomesOf(
    'accuracy',
    pairs.map(({ baseline }) => baseline),
  )
  if (!labels || !mine || !theirs) return []
  const images = Math.min(mine.images, theirs.images)
  const positions = Array.from({ length: classes }, (): number[] => [])
  for (let i = 0; i < images; i++) positions[labels[i] as number]?.push(i)
  const deltas = positions.flatMap((ofClass, classIndex) => {
    if (ofClass.length === 0) return []
    const [a, b] = [selectImages(mine, ofClass), selectImages(theirs, ofClass)]
    const { mean: difference, ...rest } = testDifference(subtractOutcomes(a, b), { scale: 100 })
    return {
      classIndex,
      images: ofClass.length,
      accuracy: 100 * meanOf(a.values),
      baselineAccuracy: 100 * meanOf(b.values),
      difference,
      ...rest,
    }
  })
  const adjusted = holm(deltas.map(({ pValue }) => pValue))
  return deltas.map((delta, i) => ({ ...delta, adjustedPValue: adjusted[i] ?? null }))
}

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length
