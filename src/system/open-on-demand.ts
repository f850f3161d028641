/** A costly resource that is opened when it is needed and closed when it is idle. */
export interface OnDemand<T> {
  /** Runs `work` with the resource, opening it first if needed. Concurrent first uses open it once. */
  use<R>(work: (resource: T) => Promise<R>): Promise<R>
  /** Waits until nobody uses the resource, then closes it. A later use opens it again. */
  close(): Promise<void>
}

/**
 * Opens a resource at its first use, and closes it after `idleMs` milliseconds without use; 0 keeps it open. If opening
 * fails, `use` throws that error, and the next use tries again.
 */
export function openOnDemand<T>(
  open: () => Promise<T>,
  close: (resource: T) => Promise<void>,
  idleMs: number,
): OnDemand<T> {
  let opened: Promise<T> | undefined
  let users = 0
  let idleTimer: NodeJS.Timeout | undefined
  /** Calls of `close` that wait until nobody uses the resource. */
  let waiting: (() => void)[] = []

  async function closeNow(): Promise<void> {
    clearTimeout(idleTimer)
    const closing = opened
    opened = undefined
    const resource = await closing?.catch(() => undefined)
    if (resource !== undefined) await close(resource)
  }
  function release(): void {
    users -= 1
    if (users > 0) return
    for (const proceed of waiting) proceed()
    waiting = []
    if (idleMs === 0) return
    idleTimer = setTimeout(() => void closeNow().catch(() => {}), idleMs)
    // An idle resource must not keep the process alive.
    idleTimer.unref()
  }
  return {
    async use(work) {
      users += 1
      clearTimeout(idleTimer)
      try {
        if (opened === undefined) {
          const opening = open()
          opened = opening
          opening.catch(() => {
            if (opened === opening) opened = undefined
          })
        }
        return await work(await opened)
      } finally {
        release()
      }
    },
    async close() {
      // A new use may have started before this call proceeds.
      while (users > 0) await new Promise<void>((resolve) => waiting.push(resolve))
      await closeNow()
    },
  }
}
