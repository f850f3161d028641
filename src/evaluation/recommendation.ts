import { pairPredictions } from './prediction-pair.js'
import type { Predictions } from './predictions.js'
import { signFlipTest } from './sign-flip-test.js'
import { type Statistic, summarise } from './statistics.js'
import type { SummaryRow } from './summary.js'

/**
 * How certain it is that one method is better than another. CLEAR: significantly better over the images, and better
 * with every one of at least three support sets. LIKELY: significantly better, but not with every support set, or
 * with fewer than three. TIE: no significant difference.
 */
export type Confidence = 'CLEAR' | 'LIKELY' | 'TIE'

/** Compares the recommended method with another one. */
export interface Rival {
  readonly encoder?: string
  readonly method: string
  readonly space: string | null
  readonly accuracy: Statistic
  /**
   * The recommended method's accuracy minus this one's, in percentage points, over the seeds that both have finished.
   */
  readonly lead: Statistic
  /** Seeds where the recommended method is better. */
  readonly seedsWon: number
  /**
   * The p-value of `signFlipTest` over the test images, and that times `pairs`, because the best method is chosen
   * after seeing the results.
   */
  readonly pValue: number
  readonly adjustedPValue: number
  readonly confidence: Confidence
}

/** The method and space to use at one number of shots. */
export interface Recommendation {
  readonly shots: number
  readonly encoder?: string
  readonly method: string
  readonly space: string | null
  readonly accuracy: Statistic
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

/**
 * Recommends the method with the highest mean accuracy at one number of shots, with its confidence. Null if no row
 * has that number of shots.
 */
export async function recommend(
  rows: readonly SummaryRow[],
  shots: number,
  predictionsOf: (run: string) => Promise<Predictions>,
): Promise<Recommendation | null> {
  const ranked = rows.filter((row) => row.shots === shots).sort((a, b) => b.accuracy.mean - a.accuracy.mean)
  const [best, ...others] = ranked
  if (!best) return null
  const pairs = (ranked.length * (ranked.length - 1)) / 2
  const rivals: Rival[] = []
  for (const other of others) {
    const rival = await against(best, other, pairs, predictionsOf)
    if (rival) rivals.push(rival)
  }
  const { encoder, method, space, accuracy } = best
  const least = (['TIE', 'LIKELY'] as const).find((level) =>
    rivals.some(({ confidence }) => confidence === level),
  )
  const which = { ...(encoder !== undefined && { encoder }), method, space }
  return { shots, ...which, accuracy, rivals, pairs, confidence: least ?? 'CLEAR' }
}

/** Null if the two have no common seed. */
async function against(
  best: SummaryRow,
  { encoder, method, space, accuracy, runs }: SummaryRow,
  pairs: number,
  predictionsOf: (run: string) => Promise<Predictions>,
): Promise<Rival | null> {
  const leads: number[] = []
  const differences: number[] = []
  for (const run of best.runs) {
    const other = runs.find(({ seed }) => seed === run.seed)
    if (!other) continue
    const both = await Promise.all([predictionsOf(run.id), predictionsOf(other.id)])
    const { labels, predicted, baseline } = pairPredictions(...both)
    let lead = 0
    for (const [i, label] of labels.entries()) {
      const difference = Number(predicted[i] === label) - Number(baseline[i] === label)
      differences[i] = (differences[i] ?? 0) + difference
      lead += difference
    }
    leads.push(labels.length > 0 ? (100 * lead) / labels.length : 0)
  }
  if (leads.length === 0) return null
  const pValue = signFlipTest(differences)
  const adjustedPValue = Math.min(1, pairs * pValue)
  const seedsWon = leads.filter((lead) => lead > 0).length
  const lead = summarise(leads)
  const isSignificant = adjustedPValue < significance && lead.mean > 0
  const everySeed = leads.length >= minSeeds && seedsWon === leads.length
  const confidence: Confidence = isSignificant ? (everySeed ? 'CLEAR' : 'LIKELY') : 'TIE'
  const which = { ...(encoder !== undefined && { encoder }), method, space }
  return { ...which, accuracy, lead, seedsWon, pValue, adjustedPValue, confidence }
}
