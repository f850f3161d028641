import { setImmediate } from 'node:timers/promises'
import { currentScope, throwIfStopped } from './work-scope.js'

/** How long a loop may run before it yields, in milliseconds. */
const maxHoldMs = 5

/** Lets other work run if enough time has passed; otherwise returns undefined at once, at almost no cost. */
export type YieldToEventLoop = () => Promise<void> | undefined

/**
 * For long loops on the main thread, so that other requests are answered meanwhile. Make one for each loop and await it
 * in the loop's body. It yields once the loop has run for 5 ms without a pause, and throws CANCELLED when nobody waits for the
 * work any more.
 *
 * @example
 * const yieldToEventLoop = createYieldToEventLoop()
 * for (const row of rows) {
 *   work(row)
 *   await yieldToEventLoop()
 * }
 */
export function createYieldToEventLoop(): YieldToEventLoop {
  let since = performance.now()
  return () => {
    if (performance.now() - since < maxHoldMs) return undefined
    return setImmediate().then(() => {
      since = performance.now()
      throwIfStopped(currentScope()?.signal)
    })
  }
}
