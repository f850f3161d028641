import { Repeater } from '@repeaterjs/repeater'
import type { JobKind } from './job.js'

/** What watchers of all jobs of a kind are told of when one is asked for. No job has it as its id. */
export const topicOf = (kind: JobKind): string => `all ${kind}`

/**
 * The current state of every job that has not ended, and of every one that is asked for from now on, and then their changes. A state
 * that nobody has taken gives way to the next one of the same job. It goes on until nobody follows it any more.
 */
export const watchOpen = <R extends { readonly id: string }>({
  unfinished,
  watch,
  onAsked,
}: {
  readonly unfinished: () => Promise<readonly R[]>
  /** The states of one job, until it has ended. */
  readonly watch: (id: string) => AsyncIterableIterator<R>
  /** Calls back whenever a job is asked for. Returns a function that stops this. */
  readonly onAsked: (look: () => void) => () => void
}): AsyncIterableIterator<R> =>
  new Repeater<R>(async (push, stop) => {
    const followed = new Map<string, AsyncIterableIterator<R>>()
    const untold = new Map<string, R>()
    /** Jobs that ended while it was looked for others: what was found may still have them. */
    const justEnded = new Set<string>()
    let [isLeft, looks, wake] = [false, 0, () => {}]
    let failure: { readonly error: unknown } | undefined
    const leave = () => {
      isLeft = true
      wake()
    }
    const fail = (error: unknown) => {
      failure ??= { error }
      leave()
    }
    stop.then(leave, fail)

    async function follow(id: string): Promise<void> {
      const states = watch(id)
      followed.set(id, states)
      for await (const state of states) {
        untold.set(id, state)
        wake()
      }
      followed.delete(id)
      if (looks > 0) justEnded.add(id)
    }
    async function look(): Promise<void> {
      looks++
      const found = await unfinished()
      for (const { id } of found) {
        if (!isLeft && !followed.has(id) && !justEnded.has(id)) follow(id).catch(fail)
      }
      if (--looks === 0) justEnded.clear()
    }

    const stopAsking = onAsked(() => void look().catch(fail))
    try {
      await look()
      while (!isLeft) {
        const [next] = untold
        if (next) {
          untold.delete(next[0])
          await push(next[1])
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    } finally {
      stopAsking()
      await Promise.all([...followed.values()].map((states) => states.return?.()))
    }
    if (failure) throw failure.error
  }) as AsyncIterableIterator<R>
