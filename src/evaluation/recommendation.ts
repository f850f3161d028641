import { pairPredictions } from './prediction-pair.js'
import type { Predictions } from './predictions.js'
import { signFlipTest } from './sign-flip-test.js'
import { type Statistic, summarise } from './statistics.js'
import type { SummaryRow } from './summary.js'

/**
 * How sure it is that one method is better than another. CLEAR: better on more images than chance would explain, and with
 * every support set of at least three. LIKELY: better on more images, but not with every support set, or of fewer than
 * three. TIE: they cannot be told apart.
 */
export type Confidence = 'CLEAR' | 'LIKELY' | 'TIE'

/** The recommended method against another one. */
export interface Rival {
  readonly encoder?: string
  readonly method: string
  readonly space: string | null
  readonly accuracy: Statistic
  /** In percentage points, over the seeds that both have finished: the recommended method's accuracy less this one's. */
  readonly lead: Statistic
  /** Seeds on which the recommended method is better. */
  readonly seedsWon: number
  /** `signFlipTest` over the test images, and the same times the number of pairs, since the best is known only after looking. */
  readonly pValue: number
  readonly adjustedPValue: number
  readonly confidence: Confidence
}

/** Which method to use in which space, at one number of shots. */
export interface Recommendation {
  readonly shots: number
  readonly encoder?: string
  readonly method: string
  readonly space: string | null
  readonly accuracy: Statistic
  /** Against all others, the best of them first. */
  readonly rivals: readonly Rival[]
  /** Pairs of methods that might have been tested, which p-values are adjusted for. */
  readonly pairs: number
  /** Of being the best of all: the least of the rivals'. */
  readonly confidence: Confidence
}

/** Below this adjusted p-value two methods are told apart. */
export const significance = 0.05
/** Support sets that one must see a method win with before its lead is clear. */
export const fewestSeeds = 3

/**
 * Recommends the method with the greatest mean accuracy at one number of shots, and tells how sure that is. Null where no
 * row has that number of shots.
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

/** Null where the two have no seed in common. */
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
  const told = adjustedPValue < significance && lead.mean > 0
  const everySeed = leads.length >= fewestSeeds && seedsWon === leads.length
  const confidence: Confidence = told ? (everySeed ? 'CLEAR' : 'LIKELY') : 'TIE'
  const which = { ...(encoder !== undefined && { encoder }), method, space }
  return { ...which, accuracy, lead, seedsWon, pValue, adjustedPValue, confidence }
}
