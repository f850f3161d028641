import { errors } from '../errors.js'
import { differenceOfRows, setVarianceOfRows } from '../evaluation/pairwise.js'
import type { Predictions } from '../evaluation/predictions.js'
import type { DifferenceOf } from '../evaluation/recommendation.js'
import type { Difference } from '../evaluation/statistics/difference.js'
import { type MeasuredRun, type SummaryRow, summariseGroup } from '../evaluation/summary.js'
import type { ClassSizes } from '../store/runs.js'
import { createPromiseCache } from '../system/promise-cache.js'
import { type RunResults, unreadableReason } from './run-results.js'

/** A row of a comparison. */
export interface ComparedRow extends SummaryRow {
  /** How many images a class had in its support sets. */
  readonly perClass: ClassSizes
  /** How many prompts a class had; null if a run is of an earlier version. */
  readonly prompts: ClassSizes | null
  /** Why the results of its runs could not be read. Its means are known nevertheless, its intervals are not. */
  readonly error?: string
  /** Its stable code. */
  readonly errorCode?: string
}

/** The statistics of rows and of their differences. Runs never change once they have finished, so both are cached. */
export interface RowStatistics {
  /** Summarises runs of one encoder, method, space and number of shots. */
  readonly row: (runs: readonly MeasuredRun[]) => Promise<Omit<ComparedRow, 'perClass' | 'prompts'>>
  readonly difference: DifferenceOf
}

const maxCached = 10_000

export function createRowStatistics(runResults: RunResults): RowStatistics {
  const rows = createPromiseCache<SummaryRow>(maxCached)
  const differences = createPromiseCache<Difference | null | undefined>(maxCached)
  const keyOf = (runs: readonly MeasuredRun[]): string => runs.map(({ id }) => id).join()
  return {
    async row(runs) {
      try {
        return await rows.get(keyOf(runs), () => summariseGroup(runs, runResults.read))
      } catch (error) {
        const reason = unreadableReason(error)
        if (reason === undefined) throw error
        const unread = await summariseGroup(runs, async () => noPredictions)
        return { ...unread, error: reason, errorCode: errors.runResultUnreadable.code }
      }
    },
    difference(a, b, measure, all) {
      const pooled = setVarianceOfRows(all, a.shots, measure)
      const key = JSON.stringify([measure, keyOf(a.runs), keyOf(b.runs), pooled])
      return differences.get(key, () => differenceOfRows(a, b, measure, runResults.read, pooled))
    },
  }
}

/** Without images, an interval is the whole range of its measure. */
const noPredictions: Predictions = { labels: new Int32Array(0), predicted: new Int32Array(0) }
