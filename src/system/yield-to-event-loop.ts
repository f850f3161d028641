import { setImmediate } from 'node:timers/promises'

/** How long a loop may hold the event loop before others get their turn, in milliseconds. */
const holdAtMost = 5

/**
 * For loops that may run long on the main thread: `const breathe = breather()`, and `await breathe()` now and then
 * inside. It gives way to other work once the loop has run for a few milliseconds, and costs next to nothing before.
 */
export function breather(): () => Promise<void> | undefined {
  let since = performance.now()
  return () => {
    if (performance.now() - since < holdAtMost) return undefined
    return setImmediate().then(() => {
      since = performance.now()
    })
  }
}
