import { Repeater } from '@repeaterjs/repeater'

/**
 * The states of something that changes: the one at the start first, then the latest after changes, each at least
 * `leastMs` after the one before; ends after the last one. Who takes them slowly misses states between, never the latest.
 * It is watched from the first `next` to the end or to `return`, whichever comes first. Throws what `read` throws.
 */
export const latestStates = <T>(options: {
  readonly read: () => Promise<T>
  /** Calls back at every change, until the function that it returns is called. */
  readonly watch: (onChange: () => void) => () => void
  readonly isLast: (state: T) => boolean
  readonly leastMs: number
}): Repeater<T, undefined> =>
  new Repeater(async (push, stop) => {
    const { read, watch, isLast, leastMs } = options
    // Watched before it is first read, so that no change falls between.
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
          const taken = push(state)
          if (isLast(state)) stop()
          // Whoever takes states slowly gets the latest when ready for it.
          await taken
          await Promise.race([end, new Promise((resolve) => setTimeout(resolve, leastMs).unref())])
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
