import type { Exchange, Operation } from '@urql/core'
import { filter, makeSubject, merge, pipe, share, tap } from 'wonka'

/**
 * Asks a query again if a mutation came to its end while it was under way: its answer may be of before the mutation, and the
 * client does not ask a second time what it is asking. `outdate` says that something else has changed, such as an event of a
 * subscription.
 */
export function askAgain(): { readonly exchange: Exchange; readonly outdate: () => void } {
  let changes = 0
  const outdate = () => {
    changes++
  }
  const exchange: Exchange =
    ({ forward }) =>
    (operations) => {
      /** How many changes there were when a query was asked, by its key. */
      const askedAt = new Map<number, number>()
      const again = makeSubject<Operation>()
      const asked = pipe(
        merge([operations, again.source]),
        tap(({ kind, key }) => {
          if (kind === 'query') askedAt.set(key, changes)
          if (kind === 'teardown') askedAt.delete(key)
        }),
        share,
      )
      return pipe(
        forward(asked),
        filter(({ operation }) => {
          if (operation.kind === 'mutation') outdate()
          const at = askedAt.get(operation.key)
          if (operation.kind !== 'query' || at === undefined || at === changes) return true
          again.next(operation)
          return false
        }),
      )
    }
  return { exchange, outdate }
}
