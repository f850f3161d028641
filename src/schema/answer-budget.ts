import { errors, type ShotboardError } from '../errors.js'
import { currentScope, throwIfStopped } from '../system/work-scope.js'
import { pauseIfHeld } from '../system/yield-to-event-loop.js'

/** Bounds the answer to an operation while it is made. */
export interface AnswerBudget {
  /** Counts bytes of the answer. Throws ANSWER_TOO_LARGE once there are too many. */
  spend(bytes: number): void
  /** Throws ANSWER_TOO_LARGE if so many bytes more would be too many, and does not count them. */
  require(bytes: number): void
  /** Throws if the budget is spent, or if the operation is to stop. */
  check(): void
  /** Lets other requests run, if operations have held the event loop for a while. */
  yield(): Promise<void> | undefined
}

export function createAnswerBudget({
  maxAnswerMegabytes: megabytes,
}: {
  readonly maxAnswerMegabytes: number
}): AnswerBudget {
  let left = megabytes * 2 ** 20
  // One error for all fields that fail: a large answer would have many.
  let refusal: ShotboardError | undefined

  function refuse(): never {
    left = 0
    refusal ??= errors.answerTooLarge({ megabytes })
    throw refusal
  }

  return {
    spend(bytes) {
      left -= bytes
      if (left <= 0) refuse()
    },
    require(bytes) {
      if (bytes >= left) refuse()
    },
    check() {
      if (left <= 0) refuse()
      throwIfStopped(currentScope()?.signal)
    },
    yield: pauseIfHeld,
  }
}
