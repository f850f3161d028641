import { reasonOf } from '../errors.js'

/** One behaviour that a plugin must have. Any test runner will do: `for (const { name, run } of checks) test(name, run)`. */
export interface Check {
  /** What is checked of what, for a person. */
  readonly name: string
  /** Throws an Error that says what is wrong, where the behaviour is not there. */
  run(): Promise<void>
}

/** Checks of one subject: its name stands before each of theirs and before what they throw. */
export const checksOf = (
  subject: string,
  behaviours: Readonly<Record<string, () => Promise<void>>>,
): Check[] =>
  Object.entries(behaviours).map(([behaviour, run]) => {
    const name = `${subject}: ${behaviour}`
    return { name, run: () => run().catch(saying(`${name}: this does not hold`)) }
  })

/** Throws an error again with more to say before its message. */
export const saying =
  (words: string) =>
  (error: unknown): never => {
    throw new Error(`${words}: ${reasonOf(error)}`, { cause: error })
  }
