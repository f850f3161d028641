import { differenceOfRows, setVarianceOfRows } from '../evaluation/pairwise.js'
import type { DifferenceOf } from '../evaluation/recommendation.js'
import type { Difference } from '../evaluation/statistics/difference.js'
import { type MeasuredRun, type SummaryRow, summariseGroup } from '../evaluation/summary.js'
import { createPromiseCache } from '../system/promise-cache.js'
import type { RunResults } from './run-results.js'

/** The statistics of rows and of their differences. Runs never change once they have finished, so both are cached. */
export interface RowStatistics {
  /** Summarises runs of one encoder, method, space and number of shots. */
  readonly row: (runs: readonly MeasuredRun[]) => Promise<SummaryRow>
  readonly difference: DifferenceOf
}

const maxCached = 10_000

export function createRowStatistics(runResults: RunResults): RowStatistics {
  const rows = createPromiseCache<SummaryRow>(maxCached)
  const differences = createPromiseCache<Difference | null | undefined>(maxCached)
  const keyOf = (runs: readonly MeasuredRun[]): string => runs.map(({ id }) => id).join()
  return {
    row: (runs) => rows.get(keyOf(runs), () => summariseGroup(runs, runResults.read)),
    difference(a, b, measure, all) {
      const pooled = setVarianceOfRows(all, a.shots, measure)
      const key = JSON.stringify([measure, keyOf(a.runs), keyOf(b.runs), pooled])
      return differences.get(key, () => differenceOfRows(a, b, measure, runResults.read, pooled))
    },
  }
}
