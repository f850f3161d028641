import { errors, ShotboardError } from '../errors.js'

/** Throws CANCELLED where the signal says so. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw errors.cancelled({})
}

export const isCancelled = (error: unknown): boolean =>
  error instanceof ShotboardError && error.code === 'CANCELLED'

/**
 * What comes of a promise, or CANCELLED as soon as the signal says so: for what cannot be interrupted itself, such as a
 * batch that is being computed on another thread. What it comes to later is heard by nobody.
 */
export async function untilCancelled<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (signal === undefined) return work
  let stop = (): void => {}
  const cancelled = new Promise<never>((_, reject) => {
    stop = () => reject(errors.cancelled({}))
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
  })
  try {
    return await Promise.race([work, cancelled])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** The items of a sequence, up to the moment when the signal says so: then it throws CANCELLED. */
export async function* untilCancelledEach<T>(
  signal: AbortSignal | undefined,
  items: Iterable<T> | AsyncIterable<T>,
): AsyncGenerator<T> {
  for await (const item of items) {
    throwIfCancelled(signal)
    yield item
  }
}
