import {
  estimateDifference,
  intervalOf,
  type Outcomes,
  proportionInterval,
  pValueOf,
  type SetVariance,
} from './crossed-design.js'
import { mcnemar } from './mcnemar.js'
import { meanOf, varianceOf } from './moments.js'

/** How one method differs from another, on the same support sets and test images. */
export interface Difference {
  /** The mean difference; in percentage points for accuracies. */
  readonly mean: number
  /** Between support sets (n − 1); 0 for one. */
  readonly standardDeviation: number
  /** The 95 % interval; null if there are fewer than two images. With one support set it holds for this support set alone. */
  readonly low: number | null
  readonly high: number | null
  /** The p-value of no true difference, two-sided; null if there are fewer than two images. */
  readonly pValue: number | null
  /** The number of support sets. */
  readonly n: number
  /** Support sets where the first method is better. */
  readonly setsWon: number
  /** Images where the first method is better, and where it is worse, each counted once per support set. */
  readonly wins: number
  readonly losses: number
}

/**
 * Decides whether two methods differ: the one test behind pairs, class deltas, verdict, report and dashboard. `differences` has
 * the first method's outcome minus the second's. With two support sets or more, the interval and the p-value are those of the
 * crossed design (see `estimateDifference`): images and support sets are both samples, so more support sets do not count as more
 * images. With one support set, differences of −1, 0 and 1 are tested by McNemar's exact test. `pooled` is what other methods
 * say about the variance between support sets.
 */
export function testDifference(
  differences: Outcomes,
  { scale, higherIsBetter = true }: { readonly scale: number; readonly higherIsBetter?: boolean },
  pooled: SetVariance | null = null,
): Difference {
  const { sets, images, values } = differences
  const isBetter = (value: number) => (higherIsBetter ? value > 0 : value < 0)
  const estimate = estimateDifference(differences, pooled)
  const interval = intervalOf(estimate)
  const meansOfSets = Array.from({ length: sets }, (_, s) =>
    meanOf(values.subarray(s * images, (s + 1) * images)),
  )
  const degenerate = estimate.standardError === 0 && estimate.mean !== 0
  const bounds = degenerate ? boundsWithoutVariance(differences, estimate.mean) : interval
  return {
    mean: scale * estimate.mean,
    standardDeviation: scale * Math.sqrt(varianceOf(meansOfSets)),
    low: bounds && scale * bounds.low,
    high: bounds && scale * bounds.high,
    // Where every difference is the same, Student's t is infinite for any number of images; a sign test is not fooled.
    pValue: degenerate
      ? mcnemar(images, 0)
      : sets === 1 && values.every((value) => Number.isInteger(value))
        ? exactPValue(differences)
        : pValueOf(estimate),
    n: sets,
    setsWon: meansOfSets.filter(isBetter).length,
    wins: values.filter(isBetter).length,
    losses: values.filter((value) => isBetter(-value)).length,
  }
}

function exactPValue({ images, values }: Outcomes): number | null {
  if (images < 2) return null
  return mcnemar(values.filter((value) => value > 0).length, values.filter((value) => value < 0).length)
}

/** The interval where all differences are equal and not 0: that of a proportion of as many images, at its size and sign. */
function boundsWithoutVariance({ sets, images }: Outcomes, mean: number) {
  const interval = proportionInterval({ sets, images, values: new Float64Array(sets * images).fill(1) })
  if (interval === null) return null
  const ends = [mean * interval.low, mean * interval.high].sort((a, b) => a - b)
  return { low: ends[0] as number, high: ends[1] as number }
}
