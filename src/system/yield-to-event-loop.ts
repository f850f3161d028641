import { setImmediate } from 'node:timers'
import { createEventLoopTurns } from './event-loop-turns.js'
import { currentScope, throwIfStopped } from './work-scope.js'

/** How long a loop may run before it yields, in milliseconds. */
const maxHoldMs = 5

/** Lets other work run if enough time has passed; otherwise returns undefined at once, at almost no cost. */
export type YieldToEventLoop = () => Promise<void> | undefined

/**
 * For long loops on the main thread, so that other requests are answered meanwhile. Make one for each loop and await it
 * in the loop's body. It yields once loops have run for 5 ms without a pause, this one or others, and throws CANCELLED when
 * nobody waits for the work any more.
 *
 * @example
 * const yieldToEventLoop = createYieldToEventLoop()
 * for (const row of rows) {
 *   work(row)
 *   await yieldToEventLoop()
 * }
 */
export function createYieldToEventLoop(): YieldToEventLoop {
  heldMs()
  return () => pauseIfHeld()?.then(() => throwIfStopped(currentScope()?.signal))
}

/**
 * Lets other work run if the event loop has been held for long, and never throws: for work that must not be left half done. All
 * that wait go on one after the other, each in a turn of its own.
 */
export const pauseIfHeld: YieldToEventLoop = () =>
  heldMs() < maxHoldMs
    ? undefined
    : turns().then(() => {
        since = undefined
        // What is done before the next question counts too.
        heldMs()
      })

const turns = createEventLoopTurns()

/** When somebody first asked in this turn of the event loop. */
let since: number | undefined

function heldMs(): number {
  const now = performance.now()
  if (since === undefined) {
    since = now
    setImmediate(() => {
      since = undefined
    })
  }
  return now - since
}
