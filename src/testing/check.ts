import { reasonOf } from '../errors.js'

/**
 * A required behaviour of a plugin. Works with any test runner: `for (const { name, run } of checks) test(name,
 * run)`.
 */
export interface Check {
  /** The subject and the behaviour, for the test report. */
  readonly name: string
  /** Throws an Error with the reason if the behaviour is missing. */
  run(): Promise<void>
}

/** The checks of one subject. Its name is put before their names and errors. */
export const checksOf = (
  subject: string,
  behaviours: Readonly<Record<string, () => Promise<void>>>,
): Check[] =>
  Object.entries(behaviours).map(([behaviour, run]) => {
    const name = `${subject}: ${behaviour}`
    return { name, run: () => run().catch(withContext(`${name}: check failed`)) }
  })

/** Rethrows an error with context before its message. */
export const withContext =
  (words: string) =>
  (error: unknown): never => {
    throw new Error(`${words}: ${reasonOf(error)}`, { cause: error })
  }
