import { ShotboardClientError } from './client-error.js'

/** Codes of a service that has not begun with the operation: it may be sent again, whatever it does. */
const notBegun: readonly string[] = ['OVERLOADED', 'TOO_MANY_OPERATIONS']

/** Codes that say nothing about whether the operation was done. Only what changes nothing may be sent again. */
const unknown: readonly string[] = ['SERVER_UNREACHABLE', 'STOPPING', 'DATABASE_UNAVAILABLE']

const firstWaitMs = 250

/**
 * Does some work, and does it again after a failure that may pass, each time after twice the time. A mutation is sent again only
 * where the service has refused to begin with it.
 */
export async function withRetries<T>(
  work: () => Promise<T>,
  { isQuery, retries, signal }: { isQuery: boolean; retries: number; signal?: AbortSignal | undefined },
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const code = error instanceof ShotboardClientError ? error.code : ''
      const mayPass = notBegun.includes(code) || (isQuery && unknown.includes(code))
      if (!mayPass || attempt >= retries || signal?.aborted) throw error
      await new Promise((resolve) => setTimeout(resolve, firstWaitMs * 2 ** attempt))
    }
  }
}
