import { type MeasureName, type Measures, mapMeasures } from '../measures.js'
import { pairPredictions } from './prediction-pair.js'
import type { Predictions } from './predictions.js'
import { mcnemar, type Statistic, summarise } from './statistics.js'

/** The measures of a finished run, which rows summarise over the seeds. */
export interface MeasuredRun extends Measures {
  readonly id: string
  /** Runs on features from a file have none and count as one encoder. */
  readonly encoder?: string
  readonly method: string
  readonly space: string | null
  readonly shots: number
  readonly seed: number
  /** Where it was tested on another dataset: the accuracy on the dataset's own test images. */
  readonly unshiftedAccuracy?: number | null
}

/** One encoder's features, one method in one space at one number of shots, over its seeds. */
export interface SummaryRow extends Readonly<Record<MeasureName, Statistic>> {
  readonly encoder?: string
  readonly method: string
  readonly space: string | null
  readonly shots: number
  /** The accuracy lost from the dataset's own test images to those of another; null where they are the same. */
  readonly drop: Statistic | null
  readonly runs: readonly MeasuredRun[]
}

/** Compares a method with the baseline on the same test images. Seeds are pooled. */
export interface PairwiseTest {
  readonly encoder?: string
  readonly method: string
  readonly space: string | null
  readonly shots: number
  readonly baseline: string
  readonly baselineSpace: string | null
  /** The method's mean accuracy minus the baseline's, in percentage points. */
  readonly difference: number
  /** The p-value of McNemar's exact test. */
  readonly pValue: number
  /** Images that only the method, and only the baseline, classifies correctly. */
  readonly wins: number
  readonly losses: number
}

/** Rows by their number of shots, and within that in the order in which their first runs come. */
export function summariseRuns(runs: readonly MeasuredRun[]): SummaryRow[] {
  const groups = new Map<string, MeasuredRun[]>()
  for (const run of runs) {
    const key = JSON.stringify([run.encoder, run.method, run.space, run.shots])
    const group = groups.get(key)
    if (group) group.push(run)
    else groups.set(key, [run])
  }
  const rows = [...groups.values()].map((group) => {
    const { encoder, method, space, shots } = group[0] as MeasuredRun
    const drops = group.flatMap(({ accuracy, unshiftedAccuracy }) =>
      unshiftedAccuracy == null ? [] : [unshiftedAccuracy - accuracy],
    )
    return {
      ...(encoder !== undefined && { encoder }),
      method,
      space,
      shots,
      ...mapMeasures((name) => summarise(group.map((run) => run[name]))),
      drop: drops.length > 0 ? summarise(drops) : null,
      runs: group,
    }
  })
  return rows.sort((a, b) => a.shots - b.shots)
}

/**
 * Compares every row with the baseline's row of the same encoder and number of shots. Runs are paired by seed and
 * their predictions pooled, without seeds that only one of the two has finished.
 */
export async function comparePairs(
  rows: readonly SummaryRow[],
  isBaseline: (row: SummaryRow) => boolean,
  predictionsOf: (run: string) => Promise<Predictions>,
): Promise<PairwiseTest[]> {
  const tests: PairwiseTest[] = []
  for (const row of rows.filter((each) => !isBaseline(each))) {
    const baseline = rows.find(
      (each) => each.encoder === row.encoder && each.shots === row.shots && isBaseline(each),
    )
    if (!baseline) continue
    let wins = 0
    let losses = 0
    let images = 0
    for (const run of row.runs) {
      const other = baseline.runs.find(({ seed }) => seed === run.seed)
      if (!other) continue
      const predictions = await Promise.all([predictionsOf(run.id), predictionsOf(other.id)])
      const { labels, predicted, baseline: taken } = pairPredictions(...predictions)
      images += labels.length
      for (const [i, label] of labels.entries()) {
        const right = predicted[i] === label
        const otherRight = taken[i] === label
        if (right && !otherRight) wins++
        if (!right && otherRight) losses++
      }
    }
    if (images === 0) continue
    tests.push({
      ...(row.encoder !== undefined && { encoder: row.encoder }),
      method: row.method,
      space: row.space,
      shots: row.shots,
      baseline: baseline.method,
      baselineSpace: baseline.space,
      difference: (100 * (wins - losses)) / images,
      pValue: mcnemar(wins, losses),
      wins,
      losses,
    })
  }
  return tests
}
