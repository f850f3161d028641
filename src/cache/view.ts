import { once } from '../system/once.js'
import { type Matrix, matrix } from '../tensor/matrix.js'
import type { Batch, Cache, Need, Owner } from './contract.js'
import type { Derive } from './derived.js'
import { createWatch, type Watch, type Watchfulness } from './watch.js'

/** What one owner sees of a cache, and what of it the owner has written to. */
export interface CacheView {
  readonly cache: Cache
  readonly watch: Watch
}

/**
 * A cache as an owner sees it: derived values and graphs are its own, and unless it is trusted it gets copies, made when it
 * first asks for them. So what it writes to changes nothing for others.
 */
export function viewOfCache(
  cache: Cache,
  { name, isTrusted, needs = [] }: Owner,
  derive: Derive,
  watchfulness: Watchfulness,
): CacheView {
  const watch = createWatch(watchfulness)
  const kernels: Cache['kernels'] = {
    ...cache.kernels,
    run: (graph, ...parameters) => cache.kernels.run(`${name}: ${graph}`, ...parameters),
  }
  const declared = (need: Need) => requireDeclared(needs, need)
  const own: Cache = {
    ...cache,
    kernels,
    derive,
    async prompts() {
      declared('prompts')
      return cache.prompts()
    },
    async projectTexts(texts) {
      declared('projected-texts')
      return cache.projectTexts(texts)
    },
  }
  if (isTrusted) return { cache: own, watch }
  const matrices = {
    keys: lazily(() => copied('keys', cache.keys, watch)),
    spaceKeys: lazily(() => copied('spaceKeys', cache.spaceKeys, watch)),
    textClassifier: lazily(
      () => cache.textClassifier && copied('textClassifier', cache.textClassifier, watch),
    ),
    labels: lazily(() => watch.watch('labels', cache.labels.slice())),
    counts: lazily(() => watch.watch('counts', cache.counts.slice())),
    order: lazily(() => watch.watch('order', cache.order.slice())),
  }
  const prompts = once(async () => {
    const { features, labels, classNames } = await own.prompts()
    return {
      features: copied('prompts().features', features, watch),
      labels: watch.watch('prompts().labels', labels.slice()),
      classNames: Object.freeze([...classNames]),
    }
  })
  return { cache: withGetters({ ...own, prompts }, matrices), watch }
}

/** A batch as an owner sees it, against its view of the cache. */
export function viewOfBatch(
  batch: Batch,
  owner: Owner,
  { cache, watch: watchOfCache }: CacheView,
  derive: Derive,
  watchfulness: Watchfulness,
): Batch {
  const patches = async () => {
    requireDeclared(owner.needs ?? [], 'patches')
    return batch.patches()
  }
  if (owner.isTrusted) return { ...batch, cache, derive, patches }
  const watch = createWatch(watchfulness)
  const shared = (name: string, compute: () => Promise<Matrix>) =>
    once(async () => {
      const computed = await compute()
      watch.watch(name, computed.data)
      return computed
    })
  const view = {
    ...batch,
    cache,
    derive,
    textSimilarities: shared('textSimilarities()', batch.textSimilarities),
    affinities: shared('affinities()', batch.affinities),
    // The features of a space may be those of the images themselves, which other methods read too.
    spaceQueries: once(async () => copied('spaceQueries()', await batch.spaceQueries(), watch)),
    patches: once(async () => {
      const { perImage, features } = await patches()
      return { perImage, features: copied('patches().features', features, watch) }
    }),
    written: () => watch.written() ?? watchOfCache.written(),
  }
  return withGetters(view, { queries: lazily(() => copied('queries', batch.queries, watch)) })
}

function requireDeclared(needs: readonly Need[], need: Need): void {
  if (needs.includes(need)) return
  throw new Error(`it uses ${need} without declaring it: add needs: ['${need}'] to the method`)
}

const copied = (name: string, { rows, columns, data }: Matrix, watch: Watch): Matrix =>
  matrix(rows, columns, watch.watch(name, data.slice()))

function lazily<T>(compute: () => T): () => T {
  let result: { readonly value: T } | undefined
  return () => {
    result ??= { value: compute() }
    return result.value
  }
}

/** The object with properties that are computed when they are read. */
const withGetters = <T extends object, G extends { readonly [Name in keyof T]?: () => T[Name] }>(
  object: T,
  getters: G,
): T =>
  Object.defineProperties(
    object,
    Object.fromEntries(
      Object.entries(getters).map(([name, get]) => [name, { get: get as () => unknown, enumerable: true }]),
    ),
  )
