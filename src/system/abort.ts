import { errors, ShotboardError } from '../errors.js'

/** Throws CANCELLED if the signal has aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw errors.cancelled({})
}

export const isCancelled = (error: unknown): boolean =>
  error instanceof ShotboardError && error.code === 'CANCELLED'

/**
 * Waits for `work`, and throws CANCELLED as soon as the signal aborts. For work that cannot be interrupted, such as a
 * batch on another thread; a late result is ignored.
 */
export async function untilCancelled<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (signal === undefined) return work
  let onAbort = (): void => {}
  const cancelled = new Promise<never>((_, reject) => {
    onAbort = () => reject(errors.cancelled({}))
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
  })
  try {
    return await Promise.race([work, cancelled])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** Yields each item, until the signal aborts; then throws CANCELLED. */
export async function* untilCancelledEach<T>(
  signal: AbortSignal | undefined,
  items: Iterable<T> | AsyncIterable<T>,
): AsyncGenerator<T> {
  for await (const item of items) {
    throwIfCancelled(signal)
    yield item
  }
}
