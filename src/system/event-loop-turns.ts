import { setImmediate } from 'node:timers/promises'

/**
 * Resolves in a turn of the event loop of its own. Work that waits for it starts one by one, and connections are read in between:
 * a thousand quick requests that come in one packet would otherwise keep all others waiting.
 */
export function createEventLoopTurns(): () => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  return () => {
    last = last.then(() => setImmediate())
    return last
  }
}
