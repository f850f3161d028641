import { createHash } from 'node:crypto'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** A stream of random numbers that depends on its seed alone. */
export interface Random {
  /** In [0, 1), with 32 random bits. */
  next(): number
  /** In {0, …, bound − 1}, every value equally likely. */
  integer(bound: number): number
  /** A new array with the same elements in random order. */
  shuffled<T>(items: readonly T[]): T[]
}

/**
 * The one source of everything random. Streams of different seeds are independent; a seed is any list of strings and
 * numbers, so that a stream can be named for what it is used for: `seeded('support-set', seed, className)`.
 */
export function seeded(...seed: readonly (string | number)[]): Random {
  const digest = createHash('sha256').update(JSON.stringify(seed)).digest()
  const generator = xoroshiro128plus(digest.readInt32LE(0))
  const integer = (bound: number): number => uniformInt(generator, 0, bound - 1)

  return {
    next: () => (generator.next() >>> 0) / 2 ** 32,
    integer,
    shuffled(items) {
      const result = [...items]
      for (let i = result.length - 1; i > 0; i--) {
        const j = integer(i + 1)
        const held = result[i] as (typeof result)[number]
        result[i] = result[j] as (typeof result)[number]
        result[j] = held
      }
      return result
    },
  }
}
