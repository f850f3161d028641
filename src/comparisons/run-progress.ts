import { createProgress, type Progress } from '../jobs/progress.js'

/** How far a run is. */
export interface RunProgress {
  /** Its features are there, and its search starts. */
  readonly onRead: () => void
  /** Called with the share of the search that is done, from 0 to 1. */
  readonly onSearched: (share: number) => void
  /** Called with how long the search is expected to take, in milliseconds. */
  readonly onEstimate: (milliseconds: number) => void
  /** It has ended, well or not. Resolves when nothing is being written. */
  readonly end: () => Promise<void>
}

/** Of a run: its features are half of the work, and its search most of the rest. */
const readShare = 0.5
const searchedShare = 0.9

/**
 * Tells the progress of a run, from 0 to 1, and its part, `work`, of the work of a comparison that counts it. Neither decreases.
 * What cannot be written does not stop the run.
 */
export function followRun(options: {
  readonly writeProgress: (share: number) => Promise<void>
  readonly writeEstimate: (milliseconds: number) => Promise<void>
  readonly comparison?: Progress
  readonly work?: number
}): RunProgress {
  const { writeProgress, writeEstimate, comparison, work = 0 } = options
  const own = createProgress({ before: readShare, total: 1, write: writeProgress })
  let told = 0
  let estimating = Promise.resolve()
  const tell = (share: number) => {
    const more = Math.max(0, share - told)
    told += more
    comparison?.add(more * work)
    return more
  }
  return {
    onRead: () => own.add(0),
    onSearched: (share) => own.add(tell(share * searchedShare)),
    onEstimate(milliseconds) {
      estimating = writeEstimate(milliseconds).catch(() => {})
    },
    async end() {
      tell(1)
      await Promise.all([own.settled(), estimating])
    },
  }
}
