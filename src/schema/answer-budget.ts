import { setImmediate } from 'node:timers/promises'
import { errors, type ShotboardError } from '../errors.js'
import { currentScope, throwIfStopped } from '../system/work-scope.js'

/** Bounds the answer to an operation while it is made. */
export interface AnswerBudget {
  /** Counts bytes of the answer. Throws ANSWER_TOO_LARGE once there are too many. */
  spend(bytes: number): void
  /** Throws ANSWER_TOO_LARGE if so many bytes more would be too many, and does not count them. */
  require(bytes: number): void
  /** Throws if the budget is spent, or if the operation is to stop. */
  check(): void
  /** Lets other requests run, if this operation has not for a while. */
  yield(): Promise<void> | undefined
}

/** How long an operation may hold the event loop before it yields. */
const maxHoldMs = 20

export function createAnswerBudget({
  maxAnswerMegabytes: megabytes,
}: {
  readonly maxAnswerMegabytes: number
}): AnswerBudget {
  let left = megabytes * 2 ** 20
  // One error for all fields that fail: a large answer would have many.
  let refusal: ShotboardError | undefined
  let since = performance.now()

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
    yield() {
      if (performance.now() - since < maxHoldMs) return undefined
      return setImmediate().then(() => {
        since = performance.now()
      })
    },
  }
}
