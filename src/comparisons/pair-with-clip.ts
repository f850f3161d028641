import type { RunResult, RunRow } from '../store/runs.js'

export type FinishedRun = RunRow & { readonly result: RunResult }

export interface Pair {
  readonly run: FinishedRun
  /** The same method in `clip`, on the same support set. */
  readonly clip: FinishedRun
}

export const isFinished = (run: RunRow): run is FinishedRun => run.result !== null

/** The settings that two runs must share, apart from the seed, for their accuracies to be comparable. */
export const comparableSettings = (run: RunRow): readonly unknown[] => [
  run.datasetId,
  run.testDatasetId,
  run.encoder,
  run.selection,
  run.search,
  run.klScaling,
  run.augmentations,
  run.drawing,
  run.fixed,
  run.holdOut,
]

/** What tells a support set that has been deleted. A list of images tells it only within its comparison. */
const drawOf = ({ id, drawing, shots, seed }: FinishedRun): readonly unknown[] =>
  drawing === 'LISTED' ? [id] : [shots, seed]

/**
 * Pairs each run in another space than `clip` with the run of the same method in `clip` that has the same support set and
 * protocol. Runs without such a run are left out. `clipForm` gives the id that a method has in `clip`.
 */
export function pairWithClip(runs: readonly FinishedRun[], clipForm: (method: string) => string): Pair[] {
  const keyOf = (run: FinishedRun, method: string) =>
    JSON.stringify([comparableSettings(run), run.result.supportSetId ?? drawOf(run), method])
  const inClip = new Map(
    runs.filter(({ space }) => space === 'clip').map((run) => [keyOf(run, clipForm(run.method)), run]),
  )
  return runs.flatMap((run) => {
    const clip =
      run.space === null || run.space === 'clip' ? undefined : inClip.get(keyOf(run, clipForm(run.method)))
    return clip ? [{ run, clip }] : []
  })
}
