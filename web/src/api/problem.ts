import type { CombinedError } from '@urql/core'

/** What went wrong, as a person is told. */
export interface Problem {
  readonly message: string
  /** Stable, as in src/errors.ts; NETWORK where the service was not reached. */
  readonly code: string
  /** The argument at fault, such as `input.shots[1]`. */
  readonly argument: string | undefined
}

const unreachable: Problem = {
  message: 'Shotboard cannot be reached. Is it running? This page tries again by itself.',
  code: 'NETWORK',
  argument: undefined,
}

export function problemsOf(error: CombinedError | undefined): readonly Problem[] {
  if (!error) return []
  if (error.networkError && error.graphQLErrors.length === 0) return [unreachable]
  return error.graphQLErrors.map(({ message, extensions }) => ({
    message,
    code: typeof extensions.code === 'string' ? extensions.code : 'UNKNOWN',
    argument: typeof extensions.argument === 'string' ? extensions.argument : undefined,
  }))
}

/** The problems of one argument, `input.shots` and `input.shots[1]` alike. */
export const problemsAt = (problems: readonly Problem[], argument: string): readonly Problem[] =>
  problems.filter((problem) => isAt(problem, argument))

/** The problems of no argument in the list: they belong to the form as a whole. */
export const problemsElsewhere = (
  problems: readonly Problem[],
  shown: readonly string[],
): readonly Problem[] => problems.filter((problem) => !shown.some((argument) => isAt(problem, argument)))

const isAt = ({ argument }: Problem, at: string): boolean =>
  argument !== undefined &&
  (argument === at || argument.startsWith(`${at}[`) || argument.startsWith(`${at}.`))
