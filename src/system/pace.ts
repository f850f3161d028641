/** Runs work one after the other, with a pause after each. */
export type Pace = <T>(work: () => Promise<T>) => Promise<T>

/** The longest pause, so that a long piece of work does not stop the next for minutes. */
const maxPauseMs = 10_000

/** Work that may take `share` of the time at most: the pause after it is as much longer than the work. */
export function createPace(share: number): Pace {
  let free = Promise.resolve()
  return (work) => {
    let started = 0
    const result = free.then(() => {
      started = performance.now()
      return work()
    })
    free = result.then(
      () => pause(started, share),
      () => pause(started, share),
    )
    return result
  }
}

function pause(started: number, share: number): Promise<void> {
  const took = performance.now() - started
  const ms = Math.min(maxPauseMs, took / share - took)
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
}
