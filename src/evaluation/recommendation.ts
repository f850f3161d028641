import type { MeasureName } from '../measures.js'
import type { Selection } from './protocol.js'
import type { Difference } from './statistics/difference.js'
import type { Statistic } from './statistics/statistic.js'
import type { SummaryRow } from './summary.js'

/**
 * How certain it is that one method is better than another. CLEAR: significantly better, and better with every one of at
 * least three support sets. LIKELY: significantly better, but not with every support set, or with fewer than three. TIE: no
 * significant difference.
 */
export type Confidence = 'CLEAR' | 'LIKELY' | 'TIE'

/** Compares the recommended method with another one. */
export interface Rival {
  readonly encoder?: string
  readonly method: string
  readonly space: string | null
  readonly accuracy: Statistic
  /**
   * The recommended method's accuracy minus this one's, in percentage points, over the support sets that both have finished.
   */
  readonly lead: Difference
  /** The p-value of `lead` times `pairs` (Bonferroni), because the best method is chosen after seeing the results. */
  readonly adjustedPValue: number | null
  readonly confidence: Confidence
}

/** The method and space to use at one number of shots. */
export interface Recommendation {
  readonly shots: number
  readonly encoder?: string
  readonly method: string
  readonly space: string | null
  readonly accuracy: Statistic
  /** The fewest and the most images that a class had, where that is known: not all have as many as there are shots. */
  readonly perClass?: { readonly least: number | null; readonly most: number | null }
  /** How its hyperparameters were selected. */
  readonly selection: Selection
  /** The labelled images that its results have seen: support set and selection. */
  readonly labelledImages: number | null
  /** All other methods, best first. */
  readonly rivals: readonly Rival[]
  /** The number of possible method pairs, which p-values are adjusted for. */
  readonly pairs: number
  /** Confidence that the method is the best: the lowest confidence among the rivals. */
  readonly confidence: Confidence
}

/** Below this adjusted p-value, the difference of two methods is significant. */
export const significance = 0.05
/** The minimum number of support sets for a CLEAR lead. */
export const minSeeds = 3

/** The difference of two rows by a measure, where all rows tell about support sets; see `differenceOfRows`. */
export type DifferenceOf = (
  a: SummaryRow,
  b: SummaryRow,
  measure: MeasureName,
  rows: readonly SummaryRow[],
) => Promise<Difference | null | undefined>

/**
 * Recommends the method with the highest mean accuracy at one number of shots, with its confidence. Null if no row
 * has that number of shots.
 */
export async function recommend(
  rows: readonly (SummaryRow & Pick<Recommendation, 'perClass'>)[],
  shots: number,
  differenceOf: DifferenceOf,
): Promise<Recommendation | null> {
  const ranked = rows.filter((row) => row.shots === shots).sort((a, b) => b.accuracy.mean - a.accuracy.mean)
  const [best, ...others] = ranked
  if (!best) return null
  const pairs = (ranked.length * (ranked.length - 1)) / 2
  const rivals: Rival[] = []
  for (const other of others) {
    const lead = await differenceOf(best, other, 'accuracy', ranked)
    if (lead) rivals.push(rivalOf(other, lead, pairs))
  }
  const { encoder, method, space, accuracy, selection, labelledImages, perClass } = best
  const least = (['TIE', 'LIKELY'] as const).find((level) =>
    rivals.some(({ confidence }) => confidence === level),
  )
  const which = { ...(encoder !== undefined && { encoder }), method, space }
  const claim = { shots, ...which, accuracy, selection, labelledImages, ...(perClass && { perClass }) }
  return { ...claim, rivals, pairs, confidence: least ?? 'CLEAR' }
}

function rivalOf({ encoder, method, space, accuracy }: SummaryRow, lead: Difference, pairs: number): Rival {
  const adjustedPValue = lead.pValue === null ? null : Math.min(1, pairs * lead.pValue)
  const isSignificant = adjustedPValue !== null && adjustedPValue < significance && lead.mean > 0
  const everySet = lead.n >= minSeeds && lead.setsWon === lead.n
  return {
    ...(encoder !== undefined && { encoder }),
    method,
    space,
    accuracy,
    lead,
    adjustedPValue,
    confidence: isSignificant ? (everySet ? 'CLEAR' : 'LIKELY') : 'TIE',
  }
}
