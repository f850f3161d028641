import { hasPatches, patchesOf, patchesPerImage } from '../features/patches.js'
import { featuresOf, type SpaceFeatures } from '../features/space-features.js'
import { type Support, supportIn } from '../features/support.js'
import type { FeatureSpace } from '../spaces/contract.js'
import { fitSpace } from '../spaces/fit-space.js'
import { once } from '../system/once.js'
import type { Kernels } from '../tensor/kernels.js'
import { gatherRows, type Matrix, sliceRows } from '../tensor/matrix.js'
import { createBatch } from './batch.js'
import type { Cache, Owner } from './contract.js'
import { createDerived } from './derived.js'
import { type CacheView, viewOfCache } from './view.js'
import type { Watchfulness } from './watch.js'

/** The largest number of affinities in a chunk (8 MB), so that a loop over them does not block the event loop for long. */
const chunkEntries = 2 * 2 ** 20

/** The largest number of affinities in a product (64 MB). With very many keys, chunks of few queries share a larger product. */
const productEntries = 2 ** 24
/** More queries in a product make it no faster. */
const productRows = 256

/** Builds the cache of a support set in a space. Throws SPACE_NOT_AVAILABLE if the base features are missing. */
export async function buildCache(
  support: Support,
  space: FeatureSpace,
  kernels: Kernels,
  watchfulness: Watchfulness = 'samples',
): Promise<Cache> {
  const order = byClass(support.labels)
  const labels = Int32Array.from(order, (i) => support.labels[i] as number)
  const keys = kernels.keep(gatherRows(featuresOf(support.features, 'clip'), order))
  const baseKeys = space.base === 'clip' ? keys : gatherRows(featuresOf(support.features, space.base), order)
  const sorted = { ...support, features: { clip: keys, [space.base]: baseKeys }, labels }
  const { project, projectTexts, graph } = await fitSpace(space, await supportIn(sorted, space), kernels)
  const spaceKeys = kernels.keep(await project(baseKeys))
  const counts = new Int32Array(support.classes)
  for (const label of labels) counts[label] = (counts[label] as number) + 1
  const entriesPerRow = Math.max(keys.rows, support.classes, 1)
  const rowsPerChunk = Math.max(1, Math.floor(chunkEntries / entriesPerRow))
  const rowsPerProduct = Math.min(productRows, Math.floor(productEntries / entriesPerRow))

  const derivedOf = createDerived()
  const views = new WeakMap<object, CacheView>()
  const cacheSeenBy = (owner: Owner): CacheView => {
    const view = views.get(owner.key) ?? viewOfCache(cache, owner, derivedOf(owner.key), watchfulness)
    views.set(owner.key, view)
    return view
  }

  const cache: Cache = {
    derive: derivedOf(support),
    watchfulness,
    space,
    kernels,
    classes: support.classes,
    logitScale: support.logitScale,
    textClassifier: support.textClassifier && kernels.keep(support.textClassifier),
    keys,
    spaceKeys,
    labels,
    counts,
    order,
    ...(graph && { graph }),
    seenBy: (owner) => cacheSeenBy(owner).cache,
    async prompts() {
      if (!support.prompts) throw new Error('this cache has no prompts')
      return support.prompts()
    },
    async projectTexts(texts) {
      if (!projectTexts) throw new Error(`the space ${space.id} does not project texts`)
      return projectTexts(texts)
    },
    projectsTexts: projectTexts !== undefined,
    *batches(queries, { together = false, patches = false } = {}) {
      const clip = featuresOf(queries, 'clip')
      const base = featuresOf(queries, space.base)
      const fewer = patches && hasPatches(queries) ? rowsWithPatches(queries, support.classes) : rowsPerChunk
      const step = together ? Math.max(1, clip.rows) : Math.min(rowsPerChunk, fewer)
      const chunksPerProduct = Math.max(1, Math.floor(rowsPerProduct / step))
      for (let first = 0; first < clip.rows; first += chunksPerProduct * step) {
        const last = Math.min(clip.rows, first + chunksPerProduct * step)
        const projected = once(() => project(sliceRows(base, first, last)))
        const affinities = once(async () => kernels.dot(await projected(), spaceKeys))
        for (let from = first; from < last; from += step) {
          const to = Math.min(last, from + step)
          const rowsFrom = (whole: Matrix) =>
            to - from === whole.rows ? whole : sliceRows(whole, from - first, to - first)
          yield createBatch(cache, {
            queries: sliceRows(clip, from, to),
            from,
            spaceQueries: async () => rowsFrom(await projected()),
            affinities: async () => rowsFrom(await affinities()),
            patchesOfQueries: () => patchesOf(queries, from, to),
            cacheSeenBy,
            watchfulness,
          })
        }
      }
    },
  }
  return cache
}

/** The number of images whose patches, or whose patches' similarities with the classes, fill a chunk. */
function rowsWithPatches(queries: SpaceFeatures, classes: number): number {
  const { columns } = featuresOf(queries, 'clip')
  const entries = patchesPerImage(queries) * Math.max(columns, classes)
  return Math.max(1, Math.floor(chunkEntries / entries))
}

/** The positions of the images [S], sorted by class and, within a class, in the given order. */
function byClass(labels: Int32Array): Int32Array {
  const positions = Array.from(labels.keys())
  positions.sort((a, b) => (labels[a] as number) - (labels[b] as number) || a - b)
  return Int32Array.from(positions)
}
