import { outcomesOf, selectImages, subtractOutcomes } from './outcomes-of-runs.js'
import type { Predictions } from './predictions.js'
import { meanSquaresOf, type Outcomes, type SetVariance } from './statistics/crossed-design.js'
import { type Difference, testDifference } from './statistics/difference.js'
import { holm } from './statistics/holm.js'
import { meanOf } from './statistics/moments.js'

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
  const ofClasses = positions.flatMap((ofClass, classIndex) => {
    if (ofClass.length === 0) return []
    const [a, b] = [selectImages(mine, ofClass), selectImages(theirs, ofClass)]
    return { classIndex, a, b, differences: subtractOutcomes(a, b) }
  })
  const pooledOf = poolClasses(ofClasses.map(({ differences }) => differences))
  const deltas = ofClasses.map(({ classIndex, a, b, differences }) => {
    const pooled = pooledOf(differences.images)
    const { mean: difference, ...rest } = testDifference(differences, { scale: 100 }, pooled)
    return {
      classIndex,
      images: differences.images,
      accuracy: 100 * meanOf(a.values),
      baselineAccuracy: 100 * meanOf(b.values),
      difference,
      ...rest,
    }
  })
  const adjusted = holm(deltas.map(({ pValue }) => pValue))
  return deltas.map((delta, i) => ({ ...delta, adjustedPValue: adjusted[i] ?? null }))
}

/**
 * What all classes say about the variance between support sets, for a class of so many images: few support sets say little
 * about it in one class.
 */
function poolClasses(differences: readonly Outcomes[]): (images: number) => SetVariance | null {
  const sets = differences[0]?.sets ?? 0
  if (differences.length < 2 || sets < 2) return () => null
  const meanSquare =
    differences.reduce((sum, each) => sum + meanSquaresOf(each).ofSets, 0) / differences.length
  const degreesOfFreedom = differences.length * (sets - 1)
  return (images) => ({ variance: meanSquare / images, degreesOfFreedom })
}
