import { LRUCache } from 'lru-cache'

/** The name of a derived value that several terms share, with its type. Two of the same text are two names. */
export interface SharedName<T> {
  readonly name: string
  /** Never set: it ties the name to the type of its value. */
  readonly value?: T
}

/** A name for `derive` that those who import it share. */
export const sharedName = <T>(name: string): SharedName<T> => ({ name })

/** Memoizes by name what is computed from a cache or a batch. */
export type Derive = <T>(name: string | SharedName<T>, compute: () => Promise<T>) => Promise<T>

/**
 * Derived values of several owners, who do not see each other's names. Beyond `maxBytes` in all, the values that were used
 * least recently are forgotten, and computed again when asked for. So is one whose computation failed.
 */
export function createDerived(maxBytes = 256 * 2 ** 20): (owner: object) => Derive {
  const values = new LRUCache<string, Promise<unknown>>({ maxSize: maxBytes })
  const numbers = new WeakMap<object, number>()
  let last = 0
  const numberOf = (owner: object): number => {
    const number = numbers.get(owner) ?? ++last
    numbers.set(owner, number)
    return number
  }
  return (owner) =>
    <T>(name: string | SharedName<T>, compute: () => Promise<T>): Promise<T> => {
      if (typeof name !== 'string' && (typeof name !== 'object' || name === null)) {
        throw new TypeError('a derived value must have a name, which is a text or a sharedName')
      }
      const key = typeof name === 'string' ? `${numberOf(owner)} ${name}` : String(numberOf(name))
      const known = values.get(key)
      if (known) return known as Promise<T>
      const computing = (async () => compute())()
      values.set(key, computing, { size: 1 })
      // It may have been forgotten and computed again meanwhile.
      const isKept = () => values.peek(key) === computing
      computing.then(
        (value) => void (isKept() && values.set(key, computing, { size: bytesOf(value) })),
        () => void (isKept() && values.delete(key)),
      )
      return computing
    }
}

/** About how much memory a value takes: typed arrays count, also within objects. */
function bytesOf(value: unknown, depth = 3): number {
  if (ArrayBuffer.isView(value)) return value.byteLength + 1
  if (typeof value === 'string') return 2 * value.length + 64
  if (depth === 0 || typeof value !== 'object' || value === null) return 64
  const entries = value instanceof Map || value instanceof Set ? [...value.values()] : valuesOf(value)
  return entries.reduce((sum: number, each) => sum + bytesOf(each, depth - 1), 64)
}

/** None of an object whose properties throw when they are read. */
function valuesOf(value: object): unknown[] {
  try {
    return Object.values(value)
  } catch {
    return []
  }
}
