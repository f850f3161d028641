import progress from 'cli-progress'

export interface ProgressBar {
  /** `note` stands behind the bar. */
  update(done: number, total: number, note?: string): void
  stop(): void
}

/** The remaining time is estimated from the pace of so many updates. */
const updatesToEstimateFrom = 50

/** A progress bar in a terminal, and a line now and then where the output is no terminal. */
export function createProgressBar(label: string, stream: NodeJS.WriteStream = process.stdout): ProgressBar {
  let note = ''
  const bar = new progress.SingleBar({
    stream,
    format: (options, { progress: share, eta }) => {
      const left = share < 1 ? formatRemaining(eta) : 'done'
      return `${label} ${progress.Format.BarFormat(share, options)} ${Math.floor(100 * share)}% · ${left}${note}`
    },
    etaBuffer: updatesToEstimateFrom,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 1000,
    linewrap: false,
  })
  let started = false
  return {
    update(done, total, told) {
      note = told ? ` · ${told}` : ''
      if (started) {
        bar.setTotal(total)
        bar.update(done)
      } else {
        // What was done before says nothing of the pace.
        bar.start(total, done)
        started = true
      }
    },
    stop() {
      if (started) bar.stop()
    },
  }
}

/** Seconds that remain, in words; what is no number is an estimate that cannot be made yet. */
export function formatRemaining(seconds: unknown): string {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return 'estimating the time left'
  if (seconds < 60) return `about ${Math.ceil(seconds)} s left`
  if (seconds < 3600) return `about ${Math.ceil(seconds / 60)} min left`
  return `about ${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min left`
}
