import { untilCancelled } from './abort.js'

/** Work under one name is done by one at a time; who comes later waits for their turn. Throws CANCELLED meanwhile. */
export type Turns = <T>(name: string, signal: AbortSignal, work: () => Promise<T>) => Promise<T>

export function createTurns(): Turns {
  const underWay = new Map<string, Promise<unknown>>()
  return async (name, signal, work) => {
    for (let other = underWay.get(name); other !== undefined; other = underWay.get(name)) {
      await untilCancelled(
        signal,
        other.catch(() => undefined),
      )
    }
    const mine = work()
    underWay.set(name, mine)
    try {
      return await mine
    } finally {
      underWay.delete(name)
    }
  }
}
