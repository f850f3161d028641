import type { CombinedError } from '@urql/core'

/** An error, as shown to the user. */
export interface Problem {
  readonly message: string
  /** Stable, as in src/errors.ts; NETWORK if the service was not reached. */
  readonly code: string
  /** The argument at fault, such as `input.shots[1]`. */
  readonly argument: string | undefined
}

const unreachable: Problem = {
  message: 'Could not reach Shotboard. Is it running? This page keeps trying.',
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

/** The problems of one argument: of `input.shots` as well as of `input.shots[1]`. */
export const problemsAt = (problems: readonly Problem[], argument: string): readonly Problem[] =>
  problems.filter((problem) => isAt(problem, argument))

/** The problems of arguments that are not in the list. They belong to the whole form. */
export const problemsElsewhere = (
  problems: readonly Problem[],
  shown: readonly string[],
): readonly Problem[] => problems.filter((problem) => !shown.some((argument) => isAt(problem, argument)))

const isAt = ({ argument }: Problem, at: string): boolean =>
  argument !== undefined &&
  (argument === at || argument.startsWith(`${at}[`) || argument.startsWith(`${at}.`))
