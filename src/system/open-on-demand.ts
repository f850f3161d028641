/** Something costly that is there while it is used, and for a while after. */
export interface Lazy<T> {
  /** Does something with it; it is opened first where it is not there, once however many ask. */
  use<R>(work: (value: T) => Promise<R>): Promise<R>
  /** Closes it once it is not in use; a later use opens it again. */
  close(): Promise<void>
}

/**
 * Opens by the first use, and closes when nobody has used it for so long: 0 keeps it. An opening that failed is tried
 * again by the next use.
 */
export function lazily<T>(
  open: () => Promise<T>,
  close: (value: T) => Promise<void>,
  idleMilliseconds: number,
): Lazy<T> {
  let opened: Promise<T> | undefined
  let users = 0
  let timer: NodeJS.Timeout | undefined
  let onUnused = (): void => {}

  async function drop(): Promise<void> {
    clearTimeout(timer)
    const dropped = opened
    opened = undefined
    const value = await dropped?.catch(() => undefined)
    if (value !== undefined) await close(value)
  }
  function release(): void {
    users -= 1
    if (users > 0) return
    onUnused()
    if (idleMilliseconds === 0) return
    timer = setTimeout(() => void drop().catch(() => {}), idleMilliseconds)
    // A model that waits to be dropped keeps no process alive.
    timer.unref()
  }
  return {
    async use(work) {
      users += 1
      clearTimeout(timer)
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
      if (users > 0) {
        await new Promise<void>((resolve) => {
          onUnused = resolve
        })
      }
      await drop()
    },
  }
}
