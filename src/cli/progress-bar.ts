import progress from 'cli-progress'

export interface ProgressBar {
  /** `note` is printed after the bar. */
  update(done: number, total: number, note?: string): void
  stop(): void
}

/** Updates used to estimate the remaining time. */
const updatesToEstimateFrom = 50

/** A progress bar; a line from time to time if the output is not a terminal. */
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
        // Work that was done before does not count for the pace.
        bar.start(total, done)
        started = true
      }
    },
    stop() {
      if (started) bar.stop()
    },
  }
}

/** The remaining time as text. Anything but a finite number means that it is not known yet. */
export function formatRemaining(seconds: unknown): string {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return 'estimating the time left'
  if (seconds < 60) return `about ${Math.ceil(seconds)} s left`
  if (seconds < 3600) return `about ${Math.ceil(seconds / 60)} min left`
  return `about ${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min left`
}
