import pRetry from 'p-retry'
import { errors, type ShotboardError } from '../errors.js'
import { isStorageFault } from '../system/storage-fault.js'

/** Pauses between attempts, in milliseconds: each is twice the one before, up to `max`. */
export interface Pauses {
  readonly first: number
  readonly max: number
}

const defaultPauses: Pauses = { first: 500, max: 30_000 }

/**
 * Runs `work`, and runs it again after a pause each time it fails with a storage fault, without limit. The work must
 * continue where it stopped. `onFault` is called with each fault before the pause. Throws any other error of the work at
 * once, and CANCELLED when the signal aborts.
 */
export async function retryOnStorageFault(
  work: () => Promise<void>,
  options: {
    readonly signal: AbortSignal
    readonly onFault: (fault: ShotboardError) => Promise<void>
    readonly pauses?: Pauses
  },
): Promise<void> {
  const { signal, onFault, pauses = defaultPauses } = options
  try {
    await pRetry(work, {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: pauses.first,
      maxTimeout: pauses.max,
      factor: 2,
      signal,
      shouldRetry: ({ error }) => !signal.aborted && isStorageFault(error),
      async onFailedAttempt({ error }) {
        if (!signal.aborted && isStorageFault(error)) await onFault(error)
      },
    })
  } catch (error) {
    throw signal.aborted && error === signal.reason ? errors.cancelled({}) : error
  }
}
