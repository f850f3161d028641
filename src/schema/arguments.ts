import { ShotboardError } from '../errors.js'

/** Waits for work and puts `input` before the argument path of its errors. */
export async function atInput<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof ShotboardError && error.argument !== undefined ? error.at('input') : error
  }
}
