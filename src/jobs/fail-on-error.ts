import { errors, ShotboardError } from '../errors.js'
import { isStorageFault } from '../system/storage-fault.js'

/**
 * Does the work of a job, whose error fails the job. `fail` gets the error; in place of one that nobody expects it gets INTERNAL, and
 * the error is thrown on. After a stop, or a fault of the disk or the database, the job goes on later: these are thrown, and fail
 * nothing.
 */
export async function failOnError(
  signal: AbortSignal,
  fail: (error: ShotboardError) => Promise<void>,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (signal.aborted || isStorageFault(error)) throw error
    const isExpected = error instanceof ShotboardError
    await fail(isExpected ? error : errors.internal({}))
    if (!isExpected) throw error
  }
}
