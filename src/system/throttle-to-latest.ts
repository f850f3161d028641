import { Repeater } from '@repeaterjs/repeater'

/**
 * A stream of the states of something that changes: the current state first, then the latest state after changes, with at
 * least `minIntervalMs` between two. It ends after the state for which `isLast` is true. A slow consumer misses states in
 * between, but never the latest. The watch lasts from the first `next` until the stream ends or `return` is called.
 * Throws what `read` throws.
 */
export const throttleToLatest = <T>(options: {
  readonly read: () => Promise<T>
  /** Calls `onChange` at every change, until the returned function is called. */
  readonly watch: (onChange: () => void) => () => void
  readonly isLast: (state: T) => boolean
  readonly minIntervalMs: number
}): Repeater<T, undefined> =>
  new Repeater(async (push, stop) => {
    const { read, watch, isLast, minIntervalMs } = options
    // The watch starts before the first read, so that no change in between is missed.
    let changed = true
    let wake = (): void => {}
    const unwatch = watch(() => {
      changed = true
      wake()
    })
    let stopped = false
    const end = stop.then(() => {
      stopped = true
      wake()
    })
    try {
      while (!stopped) {
        if (changed) {
          changed = false
          const state = await read()
          const consumed = push(state)
          if (isLast(state)) stop()
          // Reading again only now gives a slow consumer the latest state.
          await consumed
          await Promise.race([end, new Promise((resolve) => setTimeout(resolve, minIntervalMs).unref())])
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    } finally {
      unwatch()
    }
    return undefined
  })
