import type { ErrorCode as ServiceErrorCode } from './generated.js'

/** The codes that this version knows: those of the service, and the client's own. A newer service may send others. */
export type ErrorCode = ServiceErrorCode | 'SERVER_UNREACHABLE' | 'UNEXPECTED_ANSWER' | 'CONNECTION_CLOSED'

/** An error in a GraphQL response. */
export interface Problem {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions?: Readonly<Record<string, unknown>>
}

/**
 * A failed operation. `code` is the stable code of the service's first error, or SERVER_UNREACHABLE,
 * UNEXPECTED_ANSWER or CONNECTION_CLOSED if the service sent none.
 */
export class ShotboardClientError extends Error {
  override readonly name = 'ShotboardClientError'
  /** One of `ErrorCode`, or another text from a newer service. */
  readonly code: ErrorCode | (string & {})
  /** The path of the argument at fault, such as `input.shots[0]`. */
  readonly argument: string | undefined
  /** All errors that the service sent. */
  readonly problems: readonly Problem[]

  constructor(code: string, message: string, problems: readonly Problem[] = [], options?: ErrorOptions) {
    super(message, options)
    const argument = problems[0]?.extensions?.argument
    this.code = code
    this.argument = typeof argument === 'string' ? argument : undefined
    this.problems = problems
  }
}

/** The client error for the errors of a service, with the message and code of the first one. */
export function errorOf(problems: readonly Problem[]): ShotboardClientError {
  const [first] = problems
  const code = first?.extensions?.code
  return new ShotboardClientError(
    typeof code === 'string' ? code : 'UNEXPECTED_ANSWER',
    first?.message ?? 'The response has neither data nor errors.',
    problems,
  )
}

/** The data of a response. Throws the errors of the service, or UNEXPECTED_ANSWER if the response is not GraphQL. */
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
