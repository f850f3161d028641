import { errors, reasonOf, ShotboardError } from '../errors.js'
import { withoutPaths } from '../system/without-paths.js'

/** Why a job failed, or waits after a fault, as its record has it. */
export interface JobProblem {
  /** For people. Without paths of this machine, because clients can read it. */
  readonly error: string
  /** A stable code, for programs. */
  readonly errorCode: string
}

/** What a record says of an error: its code, or INTERNAL_SERVER_ERROR if it has none. */
export const jobProblemOf = (error: unknown): JobProblem => ({
  error: withoutPaths(reasonOf(error)),
  errorCode: error instanceof ShotboardError ? error.code : errors.internal.code,
})

/** Nothing is wrong. */
export const noProblem = { error: null, errorCode: null } as const
