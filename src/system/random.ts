import { createHash } from 'node:crypto'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** A stream of pseudo-random numbers, the same for the same seed. */
export interface Random {
  /** A number in [0, 1), with 32 random bits. */
  next(): number
  /** An integer from 0 to bound − 1, each equally likely. */
  integer(bound: number): number
  /** A new array of the same elements, in random order. */
  shuffled<T>(items: readonly T[]): T[]
}

/**
 * A stream for a seed: any list of strings and numbers. Streams of different seeds are independent, so name each stream
 * after its use: `seeded('support-set', seed, className)`. All randomness in Shotboard comes from here.
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
        const swapped = result[i] as (typeof result)[number]
        result[i] = result[j] as (typeof result)[number]
        result[j] = swapped
      }
      return result
    },
  }
}
