import { ShotboardError } from '../errors.js'

/** Waits for work and puts `input` before the argument path of its errors. */
export const atInput = <T>(work: Promise<T>): Promise<T> => atArgument('input', work)

/** Waits for work and puts the name of an argument before the argument path of its errors, except one that lies beside it. */
export async function atArgument<T>(argument: string, work: Promise<T>, beside?: string): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof ShotboardError && error.argument !== undefined && error.argument !== beside
      ? error.at(argument)
      : error
  }
}

/** Waits for work and tells errors of arguments that are fields of a part by their paths: `supportSet` as `source.supportSet`. */
export async function atPart<T>(part: string, fields: readonly string[], work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof ShotboardError && fields.includes(error.argument ?? '') ? error.at(part) : error
  }
}
