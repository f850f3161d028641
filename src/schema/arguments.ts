import { ShotboardError } from '../errors.js'

/** Runs a piece of work whose errors name arguments seen from `input`, and names them seen from the operation. */
export async function atInput<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof ShotboardError && error.argument !== undefined ? error.at('input') : error
  }
}
