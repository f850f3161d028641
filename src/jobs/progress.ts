/** Progress that counts work and never goes back. */
export interface Progress {
  add(work: number): void
  /** Resolves when what was written last has arrived. */
  settled(): Promise<void>
}

/** Progress is written at most so often. */
const minMsBetweenWrites = 200

/** Counts work up to `total`, from the share that was done before, and hands the share done to `write`, now and then. */
export function createProgress(options: {
  readonly before: number
  readonly total: number
  readonly write: (share: number) => Promise<void>
}): Progress {
  const { before, total, write } = options
  let done = 0
  let lastWrite = 0
  let writing = Promise.resolve()
  return {
    add(work) {
      done = Math.min(total, done + work)
      const now = performance.now()
      if (now - lastWrite < minMsBetweenWrites) return
      lastWrite = now
      const share = total > 0 ? before + (1 - before) * (done / total) : 1
      // What could not be written is overtaken by what comes next; it is no reason to stop the work.
      writing = writing.then(() => write(share)).catch(() => {})
    },
    settled: () => writing,
  }
}
