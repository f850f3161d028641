import { type MeasureName, type Measures, mapMeasures, measures } from '../measures.js'
import { outcomesOf } from './outcomes-of-runs.js'
import type { Predictions } from './predictions.js'
import type { Selection } from './protocol.js'
import { type SetSummary, summariseSets } from './set-summary.js'
import { type Statistic, summarise } from './statistics/statistic.js'
import { unpairedDifference } from './statistics/unpaired-difference.js'

/** The measures of a finished run, which rows summarise over the support sets. */
export interface MeasuredRun extends Measures {
  readonly id: string
  /** Runs on features from a file have none and count as one encoder. */
  readonly encoder?: string
  readonly method: string
  readonly space: string | null
  readonly shots: number
  readonly seed: number
  /** The labelled images that the accuracy rests on, support set and selection; null for results of earlier versions. */
  readonly labelledImages: number | null
  /** How its hyperparameters were selected. */
  readonly selection: Selection
  /** Where it was tested on another dataset: the accuracy on the dataset's own test images. */
  readonly unshiftedAccuracy?: number | null
  /** The coverage that its prediction sets promise; null or missing without sets. */
  readonly coverage?: number | null
}

/** One encoder's features, one method in one space at one number of shots, over its support sets. */
export interface SummaryRow extends Readonly<Record<MeasureName, Statistic>> {
  readonly encoder?: string
  readonly method: string
  readonly space: string | null
  readonly shots: number
  readonly selection: Selection
  /** The most labelled images that one of its runs has seen, support set and selection together; null if not known. */
  readonly labelledImages: number | null
  /** The accuracy lost from the dataset's own test images to those of another; null where they are the same. */
  readonly drop: Statistic | null
  /** What prediction sets were worth; null for results of earlier versions, and if no image could be left out to fit them. */
  readonly sets: SetSummary | null
  readonly runs: readonly MeasuredRun[]
}

export type ReadPredictions = (run: string) => Promise<Predictions>

/** Runs of one encoder, method, space and number of shots, by shots and then in the order in which their first runs come. */
export function groupRuns(runs: readonly MeasuredRun[]): (readonly MeasuredRun[])[] {
  const groups = new Map<string, MeasuredRun[]>()
  for (const run of runs) {
    const key = JSON.stringify([run.encoder, run.method, run.space, run.shots])
    const group = groups.get(key)
    if (group) group.push(run)
    else groups.set(key, [run])
  }
  return [...groups.values()].sort((a, b) => (a[0]?.shots ?? 0) - (b[0]?.shots ?? 0))
}

/** Summarises the runs of one group, with intervals from their predictions. */
export async function summariseGroup(
  runs: readonly MeasuredRun[],
  readPredictions: ReadPredictions,
): Promise<SummaryRow> {
  const { encoder, method, space, shots, selection } = runs[0] as MeasuredRun
  const predictions = await Promise.all(runs.map(({ id }) => readPredictions(id)))
  return {
    ...(encoder !== undefined && { encoder }),
    method,
    space,
    shots,
    selection,
    labelledImages: maxOf(runs.map((run) => run.labelledImages)),
    ...mapMeasures((name) =>
      summarise(
        runs.map((run) => run[name]),
        outcomesOf(name, predictions),
        measures[name],
      ),
    ),
    drop: dropOf(runs, predictions),
    sets: summariseSets(runs[0]?.coverage ?? null, predictions),
    runs,
  }
}

const maxOf = (counts: readonly (number | null)[]): number | null =>
  counts.reduce((max, count) => (max === null || count === null ? null : Math.max(max, count)), 0)

/** Summarises every group of runs. */
export const summariseRuns = (
  runs: readonly MeasuredRun[],
  readPredictions: ReadPredictions,
): Promise<SummaryRow[]> =>
  Promise.all(groupRuns(runs).map((group) => summariseGroup(group, readPredictions)))

/** The accuracy on the dataset's own test images minus that on the other's, over the runs that have both. */
function dropOf(runs: readonly MeasuredRun[], predictions: readonly Predictions[]): Statistic | null {
  const both = [...runs.entries()].filter(([, run]) => run.unshiftedAccuracy != null)
  if (both.length === 0) return null
  const own = both.map(([i]) => predictions[i]?.unshifted)
  const shifted = outcomesOf(
    'accuracy',
    both.map(([i]) => predictions[i] as Predictions),
  )
  const unshifted = own.every((each) => each !== undefined) ? outcomesOf('accuracy', own) : null
  const drops = both.map(([, run]) => (run.unshiftedAccuracy as number) - run.accuracy)
  const interval = (unshifted && shifted && unpairedDifference(unshifted, shifted)) ?? { low: -1, high: 1 }
  return { ...summarise(drops, null, measures.accuracy), low: 100 * interval.low, high: 100 * interval.high }
}
