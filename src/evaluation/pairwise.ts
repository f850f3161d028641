import { type MeasureName, measures } from '../measures.js'
import { outcomesOf, subtractOutcomes } from './outcomes-of-runs.js'
import type { DifferenceOf } from './recommendation.js'
import type { SetVariance } from './statistics/crossed-design.js'
import { type Difference, testDifference } from './statistics/difference.js'
import { pooledSetVariance } from './statistics/pooled-set-variance.js'
import type { MeasuredRun, ReadPredictions, SummaryRow } from './summary.js'

/** Compares a method with the baseline on the same support sets and test images, by one measure. */
export interface PairwiseTest extends Omit<Difference, 'mean' | 'pValue'> {
  readonly encoder?: string
  readonly method: string
  readonly space: string | null
  readonly shots: number
  readonly baseline: string
  readonly baselineSpace: string | null
  readonly measure: MeasureName
  /** The method's mean minus the baseline's. */
  readonly difference: number
  /** 1 if there are fewer than two images: they show nothing. */
  readonly pValue: number
}

/**
 * Compares every row with the baseline's row of the same encoder and number of shots. Leaves out rows that share no support
 * set with it, or whose results an earlier version stored without what the measure needs.
 */
export async function comparePairs(
  rows: readonly SummaryRow[],
  isBaseline: (row: SummaryRow) => boolean,
  measure: MeasureName,
  differenceOf: DifferenceOf,
): Promise<PairwiseTest[]> {
  const tests = rows
    .filter((row) => !isBaseline(row))
    .map(async (row) => {
      const baseline = rows.find(
        (each) => each.encoder === row.encoder && each.shots === row.shots && isBaseline(each),
      )
      const difference = baseline && (await differenceOf(row, baseline, measure, rows))
      if (!baseline || !difference) return []
      const { mean, pValue, ...rest } = difference
      const { encoder, method, space, shots } = row
      return [
        {
          ...(encoder !== undefined && { encoder }),
          ...{ method, space, shots, measure, ...rest, difference: mean, pValue: pValue ?? 1 },
          ...{ baseline: baseline.method, baselineSpace: baseline.space },
        },
      ]
    })
  return (await Promise.all(tests)).flat()
}

/**
 * The difference of two rows over the support sets that both have finished; undefined if there are none, and null if an earlier
 * version did not store what the measure needs. `pooled` is what all rows say about the variance between support sets.
 */
export async function differenceOfRows(
  row: { readonly runs: readonly MeasuredRun[] },
  other: { readonly runs: readonly MeasuredRun[] },
  measure: MeasureName,
  readPredictions: ReadPredictions,
  pooled: SetVariance | null = null,
): Promise<Difference | null | undefined> {
  const pairs = row.runs.flatMap((run) => {
    const partner = other.runs.find(({ seed }) => seed === run.seed)
    return partner ? [[run, partner] as const] : []
  })
  if (pairs.length === 0) return undefined
  const [mine, theirs] = await Promise.all([
    Promise.all(pairs.map(([run]) => readPredictions(run.id))),
    Promise.all(pairs.map(([, partner]) => readPredictions(partner.id))),
  ])
  const [a, b] = [outcomesOf(measure, mine), outcomesOf(measure, theirs)]
  return a && b && testDifference(subtractOutcomes(a, b), measures[measure], pooled)
}

/**
 * What all methods that compare images say about the variance between support sets at one number of shots, over the support
 * sets that all of them have finished. See `pooledSetVariance`.
 */
export function setVarianceOfRows(
  rows: readonly SummaryRow[],
  shots: number,
  measure: MeasureName,
): SetVariance | null {
  const compared = rows.filter((row) => row.shots === shots && row.space !== null)
  const seeds = compared.map(({ runs }) => runs.map(({ seed }) => seed))
  const common = (seeds[0] ?? []).filter((seed) => seeds.every((each) => each.includes(seed)))
  const { scale } = measures[measure]
  return pooledSetVariance(
    compared.map(({ runs }) =>
      common.map((seed) => (runs.find((run) => run.seed === seed)?.[measure] ?? 0) / scale),
    ),
  )
}
