/** An error as GraphQL sends it. */
export interface Problem {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions?: Readonly<Record<string, unknown>>
}

/**
 * What went wrong with an operation. `code` is the stable code of the service's first error, or SERVER_UNREACHABLE,
 * UNEXPECTED_ANSWER or CONNECTION_CLOSED where there was no answer to take one from.
 */
export class ShotboardClientError extends Error {
  override readonly name = 'ShotboardClientError'
  readonly code: string
  /** The path of the argument at fault, such as `input.shots[0]`. */
  readonly argument: string | undefined
  /** All that the service said was wrong. */
  readonly problems: readonly Problem[]

  constructor(code: string, message: string, problems: readonly Problem[] = [], options?: ErrorOptions) {
    super(message, options)
    const argument = problems[0]?.extensions?.argument
    this.code = code
    this.argument = typeof argument === 'string' ? argument : undefined
    this.problems = problems
  }
}

/** The error that a service's errors make; the first of them is told. */
export function errorOf(problems: readonly Problem[]): ShotboardClientError {
  const [first] = problems
  const code = first?.extensions?.code
  return new ShotboardClientError(
    typeof code === 'string' ? code : 'UNEXPECTED_ANSWER',
    first?.message ?? 'The service answered with neither data nor errors.',
    problems,
  )
}

/** The data of an answer. Throws what the service says is wrong, or UNEXPECTED_ANSWER where this is no GraphQL. */
export function dataOf(answer: unknown): unknown {
  const { data, errors } = typeof answer === 'object' && answer !== null ? (answer as Answer) : {}
  if (Array.isArray(errors) && errors.every(isProblem)) throw errorOf(errors)
  if (typeof data !== 'object' || data === null) throw errorOf([])
  return data
}

interface Answer {
  readonly data?: unknown
  readonly errors?: unknown
}

export const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string'
