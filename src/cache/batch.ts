import type { Patches } from '../features/patches.js'
import { once } from '../system/once.js'
import { type Matrix, matrix } from '../tensor/matrix.js'
import type { Batch, Cache, Owner } from './contract.js'
import { createDerived } from './derived.js'
import { type CacheView, viewOfBatch } from './view.js'
import type { Watchfulness } from './watch.js'

export function createBatch(
  cache: Cache,
  options: {
    readonly queries: Matrix
    readonly from: number
    readonly spaceQueries: () => Promise<Matrix>
    readonly affinities: () => Promise<Matrix>
    readonly patchesOfQueries: () => Patches
    readonly cacheSeenBy: (owner: Owner) => CacheView
    readonly watchfulness: Watchfulness
  },
): Batch {
  const { kernels, labels, counts, classes } = cache
  const { queries, from, patchesOfQueries, cacheSeenBy, watchfulness } = options
  const derivedOf = createDerived()
  const views = new Map<object, Batch>()
  const { rows } = queries
  const shots = counts[0] ?? 0
  const balanced = shots > 0 && counts.every((count) => count === shots)

  const textSimilarities = once(async () => {
    if (cache.textClassifier === null) throw new Error('this cache has no text classifier')
    return kernels.dot(queries, cache.textClassifier)
  })
  const spaceQueries = once(options.spaceQueries)
  // A search sharpens them once for each β.
  const affinities = once(async () => kernels.keep(await options.affinities()))

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

  const batch: Batch = {
    cache,
    rows,
    queries,
    from,
    textSimilarities,
    spaceQueries,
    affinities,
    async sharpenedSums(beta) {
      const a = await affinities()
      // Labels are one-hot, so with equally many keys for each class the sums are one reduction instead of a product with L.
      if (balanced) return kernels.sharpenedSums(a, beta, shots)
      return classSums(await kernels.sharpen(a, beta))
    },
    patches: async () => patchesOfQueries(),
    classSums,
    derive: derivedOf(cache),
    seenBy(owner) {
      const view =
        views.get(owner.key) ??
        viewOfBatch(batch, owner, cacheSeenBy(owner), derivedOf(owner.key), watchfulness)
      views.set(owner.key, view)
      return view
    },
    written: () => null,
  }
  return batch
}
