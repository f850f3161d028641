import { SingleBar } from 'cli-progress'

export interface ProgressBar {
  update(done: number, total: number): void
  stop(): void
}

/** A progress bar in a terminal, and a line now and then where the output is no terminal. */
export function createProgressBar(label: string, stream: NodeJS.WriteStream = process.stdout): ProgressBar {
  const bar = new SingleBar({
    stream,
    format: `${label} {bar} {percentage}% · {eta_formatted} left`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 1000,
    linewrap: false,
  })
  let started = false
  return {
    update(done, total) {
      if (started) bar.setTotal(total)
      else bar.start(total, 0)
      started = true
      bar.update(done)
    },
    stop() {
      if (started) bar.stop()
    },
  }
}
