import { type Matrix, matrix, sliceRows } from '../tensor/matrix.js'
import type { Cache } from './cache.js'
import { leastSharpness } from './leave-one-out.js'

/**
 * Some queries against a cache: all that a term of a method sees. What is asked for is computed once and kept, so terms
 * share it. Every matrix has one row a query; none is to be written to.
 */
export interface Batch {
  readonly cache: Cache
  /** n. */
  readonly rows: number
  /** T, [n, d]: query features in `clip`. */
  readonly queries: Matrix
  /** Where the first query stands among all queries. */
  readonly from: number
  /**
   * Whether the queries are the support images themselves, each compared with all keys but its own: query i is then key
   * `from + i`.
   */
  readonly leavesOneOut: boolean
  /** `T·Wᵀ`, [n, C]: cosine similarities with the classes' texts. Throws where the cache has no text classifier. */
  textSimilarities(): Promise<Matrix>
  /** U, [n, m]: query features in the method's space. */
  spaceQueries(): Promise<Matrix>
  /**
   * `A = U·Gᵀ`, [n, S]: cosine similarities with the keys in the method's space. A key that is left out stands at −3e38,
   * which any kernel that falls with distance makes 0.
   */
  affinities(): Promise<Matrix>
  /** `exp(−β(1 − A))·L`, [n, C]. */
  sharpenedSums(beta: number): Promise<Matrix>
  /** `V·L`, [n, C]: values of keys [n, S] summed by class. Pass 0 for keys that are left out. */
  classSums(values: Matrix): Matrix
  /** How many keys of the class query i is compared with: one fewer where its own is left out. */
  keysOf(classIndex: number, i: number): number
  /**
   * Where `leavesOneOut`: all keys, [S, m], in the space as it is without query i, which is row `from + i` of them; up to
   * a rotation, so to be compared among themselves alone. Otherwise the keys G.
   */
  keysWithout(i: number): Promise<Matrix>
  /** What a term derives from the batch alone is computed once and kept under its name. */
  derive<T>(name: string, compute: () => Promise<T>): Promise<T>
}

export function createBatch(
  cache: Cache,
  options: {
    readonly clip: Matrix
    readonly base: Matrix
    readonly from: number
    readonly to: number
    readonly project: ((features: Matrix) => Promise<Matrix>) | undefined
    readonly leftOut?: { affinities(): Promise<Matrix>; keysWithout(i: number): Promise<Matrix> }
  },
): Batch {
  const { kernels, labels, counts, classes } = cache
  const { clip, base, from, to, project, leftOut } = options
  const queries = sliceRows(clip, from, to)
  const rows = to - from
  const shots = counts[0] ?? 0
  const balanced = shots > 0 && counts.every((count) => count === shots)

  const textSimilarities = once(async () => {
    if (cache.textClassifier === null) throw new Error('this cache has no text classifier')
    return kernels.dot(queries, cache.textClassifier)
  })
  const spaceQueries = once(async () => {
    const features = sliceRows(base, from, to)
    return project ? project(features) : features
  })
  const affinities = once(async () =>
    leftOut ? leftOut.affinities() : kernels.dot(await spaceQueries(), cache.spaceKeys),
  )

  function classSums(values: Matrix): Matrix {
    const sums = matrix(rows, classes)
    for (let i = 0, at = 0; i < rows; i++) {
      for (let s = 0; s < labels.length; s++, at++) {
        const to = i * classes + (labels[s] as number)
        sums.data[to] = (sums.data[to] as number) + (values.data[at] as number)
      }
    }
    return sums
  }

  return {
    cache,
    rows,
    queries,
    from,
    leavesOneOut: leftOut !== undefined,
    textSimilarities,
    spaceQueries,
    affinities,
    async sharpenedSums(beta) {
      const sharpness = leftOut ? Math.max(beta, leastSharpness) : beta
      const a = await affinities()
      // Labels are one-hot: with as many keys for every class the sums are one reduction, never a product with L.
      if (balanced) return kernels.sharpenedSums(a, sharpness, shots)
      return classSums(await kernels.sharpen(a, sharpness))
    },
    classSums,
    keysOf: (classIndex, i) =>
      (counts[classIndex] as number) - (leftOut && labels[from + i] === classIndex ? 1 : 0),
    keysWithout: (i) => (leftOut ? leftOut.keysWithout(i) : Promise.resolve(cache.spaceKeys)),
    derive: kept(),
  }
}

/** Computes what it is asked for once under each name. */
export function kept(): <T>(name: string, compute: () => Promise<T>) => Promise<T> {
  const results = new Map<string, Promise<unknown>>()
  return <T>(name: string, compute: () => Promise<T>) => {
    const known = results.get(name) ?? compute()
    results.set(name, known)
    return known as Promise<T>
  }
}

function once<T>(compute: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return () => {
    result ??= compute()
    return result
  }
}
