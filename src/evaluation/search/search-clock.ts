import { errors } from '../../errors.js'

/** What a search has to do, and about how long that takes. */
export interface SearchEstimate {
  /** The combinations of shapes: the images are scored once for each. */
  readonly shapes: number
  readonly images: number
  /** Milliseconds for the whole search, as its first part lets expect. */
  readonly milliseconds: number
}

export interface SearchClockOptions extends Pick<SearchEstimate, 'shapes' | 'images'> {
  /** The id of the method. */
  readonly method: string
  /** All that is to be done, in images scored at one combination of shapes. */
  readonly work: number
  /** The longest that the search may take; without it, as long as it takes. */
  readonly maxMs?: number
  /** Called once with the estimate, unless the search ends sooner than it can be made. */
  readonly onEstimate?: (estimate: SearchEstimate) => void
  /** Milliseconds from any start. */
  readonly now?: () => number
}

export interface SearchClock {
  /** Counts work that is done, and returns the share, from 0 to 1. Throws SEARCH_TOO_LONG. */
  add(work: number): number
}

/** Sooner, what happens only once, such as making the first graphs, would weigh too much. */
const estimateAfterMs = 2000
/** A limit is checked after this share of it, but not before one second and not later than five. */
const checkedShare = 0.1
const [checkFromMs, checkToMs] = [1000, 5000]

/**
 * Times a search. After two seconds, or about a tenth of `maxMs` if there is one, it expects the rest to be as fast as what is
 * done since the first images, which may have made graphs and folds. A search that would take longer than `maxMs` ends there. So does one that has taken twice as long: the estimate was
 * wrong.
 */
export function createSearchClock(options: SearchClockOptions): SearchClock {
  const { method, shapes, images, work: all, maxMs = Number.POSITIVE_INFINITY, onEstimate } = options
  const { now = () => performance.now() } = options
  const started = now()
  const waitMs =
    maxMs === Number.POSITIVE_INFINITY
      ? estimateAfterMs
      : Math.min(checkToMs, Math.max(checkFromMs, maxMs * checkedShare))
  let done = 0
  /** When the first images were scored, and how many they were. */
  let first: { readonly passed: number; readonly work: number } | undefined
  let estimated = false
  return {
    add(work) {
      done += work
      const share = all > 0 ? Math.min(1, done / all) : 1
      const passed = now() - started
      first ??= { passed, work: done }
      const milliseconds =
        done > first.work
          ? first.passed + ((passed - first.passed) * (all - first.work)) / (done - first.work)
          : passed / share
      const isFirst = !estimated && passed >= waitMs && share < 1
      if (isFirst) {
        estimated = true
        onEstimate?.({ shapes, images, milliseconds })
      }
      if ((isFirst && milliseconds > maxMs) || (share < 1 && passed > 2 * maxMs)) {
        throw errors.searchTooLong({
          method,
          shapes,
          images,
          seconds: milliseconds / 1000,
          max: maxMs / 1000,
        })
      }
      return share
    },
  }
}
