import { ShotboardError } from '../errors.js'
import { isStorageFault } from '../system/storage-fault.js'

/**
 * The answer of a method, or the error that it is at fault for. Throws other errors, such as a failing disk, since the next
 * method would meet them too.
 */
export async function orMethodError<T>(work: Promise<T>): Promise<T | ShotboardError> {
  try {
    return await work
  } catch (error) {
    if (error instanceof ShotboardError && !isStorageFault(error) && error.code !== 'CANCELLED') return error
    throw error
  }
}
