import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'

interface Class {
  readonly id: string
  readonly name: string
}

/** The class that is called so, or else the one that has this id; undefined if there is neither. */
export const findClass = <T extends Class>(classes: readonly T[], given: string): T | undefined =>
  classes.find(({ name }) => name === given) ?? classes.find(({ id }) => id === given)

/** The same for many look-ups. */
export async function classFinder<T extends Class>(
  classes: readonly T[],
): Promise<(given: string) => T | undefined> {
  const byId = new Map<string, T>()
  const byName = new Map<string, T>()
  const yieldToEventLoop = createYieldToEventLoop()
  for (const each of classes) {
    byId.set(each.id, each)
    byName.set(each.name, each)
    await yieldToEventLoop()
  }
  return (given) => byName.get(given) ?? byId.get(given)
}
