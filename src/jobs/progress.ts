/** Counts work that is done. Progress never decreases. */
export interface Progress {
  add(work: number): void
  /** Resolves when the last write has ended. */
  settled(): Promise<void>
}

const minMsBetweenWrites = 200

/**
 * Counts work up to `total` and passes the share done, from 0 to 1, to `write`, at most every 200 ms. The share starts at
 * `before`.
 */
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
      // A failed write does not stop the work: the next write replaces it.
      writing = writing.then(() => write(share)).catch(() => {})
    },
    settled: () => writing,
  }
}
