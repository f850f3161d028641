import { Repeater } from '@repeaterjs/repeater'
import { errors, ShotboardError } from '../errors.js'
import type { Context } from './context.js'

/** A Repeater refuses more states that wait to be read; each job has at most one. */
const maxFollowed = 1000

/**
 * Follows several jobs: emits the current state of each, then every change of any, and ends when all have ended. A job that is given
 * twice is followed once. Without `ids`, all that have not ended and all that are asked for meanwhile; then it does not end. Throws EMPTY_LIST, PAGE_TOO_LARGE, or the error of `jobs.watch` for an unknown job at its place in `ids`.
 */
export async function watchAll<T>(
  ids: readonly string[] | null | undefined,
  { limits: { maxPageSize } }: Context,
  jobs: {
    readonly watch: (id: string) => Promise<AsyncIterableIterator<T>>
    readonly watchOpen: () => AsyncIterableIterator<T>
  },
): Promise<AsyncIterableIterator<T>> {
  if (ids == null) return jobs.watchOpen()
  if (ids.length === 0) throw errors.emptyList({ what: 'id' }, 'ids')
  const max = Math.min(maxPageSize, maxFollowed)
  if (ids.length > max) throw errors.pageTooLarge({ max, first: ids.length }, 'ids')
  const streams = await Promise.all(
    [...new Set(ids)].map((id) =>
      jobs.watch(id).catch((error: unknown) => {
        if (!(error instanceof ShotboardError)) throw error
        throw new ShotboardError(error.code, error.message, `ids[${ids.indexOf(id)}]`)
      }),
    ),
  )
  return merged(streams)
}

/** What all streams emit. Ends when all have ended or one has failed; then, and when nobody follows any more, all are left. */
const merged = <T>(streams: readonly AsyncIterableIterator<T>[]): Repeater<T, undefined> =>
  new Repeater(async (push, stop) => {
    const leave = () => Promise.all(streams.map((stream) => stream.return?.()))
    stop.then(leave).catch(() => {})
    try {
      await Promise.all(
        streams.map(async (stream) => {
          for await (const state of stream) await push(state)
        }),
      )
    } finally {
      stop()
    }
    return undefined
  })
