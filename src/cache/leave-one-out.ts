import { createHash } from 'node:crypto'
import { onlyPatches } from '../features/patches.js'
import { featuresOf, type SpaceFeatures, selectFeatures } from '../features/space-features.js'
import { type Support, selectSupport } from '../features/support.js'
import { throwIfCancelled } from '../system/abort.js'
import { rowOf } from '../tensor/matrix.js'
import { buildCache } from './cache.js'
import type { Batch, Cache } from './contract.js'

/** The support images as queries, each against a cache that has not seen it. */
export interface LeaveOneOut {
  /** The positions in the support set of the images in the order of the batches: each image at most once. */
  readonly images: Int32Array
  /**
   * Starts from the beginning at every call. The images of a fold are in one batch if they are `together`, and otherwise in
   * chunks. Throws CANCELLED.
   */
  batches(options?: {
    readonly signal?: AbortSignal
    readonly together?: boolean
    /** Whether patches will be read, which take smaller chunks. */
    readonly patches?: boolean
    /** One fold alone, by its number; all by default. */
    readonly fold?: number
  }): AsyncGenerator<Batch>
  /** The positions of the images that each fold scores. */
  readonly folds: readonly Int32Array[]
  /** The mean over the images of one by the number of keys that their class has where they are scored; 0 without images. */
  readonly inverseKeys: number
}

/**
 * Leaves one image of every class out at a time, fits the space again and builds the cache again without them, and
 * compares them with the others. With S images of C classes that is as many folds as the largest class has images, not S.
 *
 * If a fold left out a single image, its class would have one key fewer than the others, and that alone would tell the
 * class: a term that adds a negative number for each key would be right for every image.
 */
export function leaveOneOut(support: Support, cache: Cache): LeaveOneOut {
  return leaveOut(support, cache, 'leave-one-out', maxFolds)
}

/** The same with two folds: half of the images of every class are left out at a time. */
export function leaveHalfOut(support: Support, cache: Cache): LeaveOneOut {
  return leaveOut(support, cache, 'leave-half-out', 2)
}

/** `name` is what the caches of the folds are known by. */
function leaveOut(support: Support, cache: Cache, name: string, most: number): LeaveOneOut {
  const features = { ...featuresIn(cache.space, support), ...onlyPatches(support.features) }
  const folds = foldsOf(support.labels, orderByContent(support), most)
  return {
    images: Int32Array.from(folds.flatMap(({ scored }) => [...scored])),
    folds: folds.map(({ scored }) => scored),
    inverseKeys: inverseKeysOf(support.labels, folds),
    async *batches({ signal, together = false, patches = false, fold: only } = {}) {
      for (const [index, { scored }] of folds.entries()) {
        if (only !== undefined && index !== only) continue
        throwIfCancelled(signal)
        const fold = await foldCache({ folds, name }, index, support, cache)
        yield* fold.batches(selectFeatures(features, scored), { together, patches })
      }
    },
  }
}

/**
 * The cache that a support image is compared with when it is the query: without its own key, and without those of its fold.
 * If it is the only image of its class, without its key alone.
 */
export async function cacheWithout(image: number, support: Support, cache: Cache): Promise<SmallerCache> {
  const { labels } = support
  const isAlone = cache.counts[labels[image] as number] === 1
  const folds = isAlone ? [] : foldsOf(labels, orderByContent(support))
  const index = folds.findIndex(({ scored }) => scored.includes(image))
  const fold = folds[index]
  if (fold) {
    const named = { folds, name: 'leave-one-out' }
    return { kept: fold.kept, cache: await foldCache(named, index, support, cache) }
  }
  const kept = Int32Array.from(labels.keys()).filter((other) => other !== image)
  return { kept, cache: await buildWith(kept, support, cache) }
}

/** A cache of some of the images of a support set. */
export interface SmallerCache {
  readonly cache: Cache
  /** The positions of these images in the support set. */
  readonly kept: Int32Array
}

/** The cache of a fold. It is kept with the cache of all images if all folds together are small. */
function foldCache(
  { folds, name }: { readonly folds: readonly Fold[]; readonly name: string },
  index: number,
  support: Support,
  cache: Cache,
): Promise<Cache> {
  const { keys, spaceKeys } = cache
  const build = () => buildWith((folds[index] as Fold).kept, support, cache)
  const bytes = folds.length * keys.rows * (keys.columns + spaceKeys.columns) * Float32Array.BYTES_PER_ELEMENT
  return bytes <= maxKeptBytes ? cache.derive(`${name}: fold ${index}`, build) : build()
}

/** Larger folds are built again at every pass instead of kept for the next method. */
const maxKeptBytes = 64 * 2 ** 20

/** A cache like the given one, of some of its images. */
const buildWith = (
  kept: Int32Array,
  support: Support,
  { space, kernels, watchfulness }: Cache,
): Promise<Cache> =>
  buildCache(
    selectSupport({ ...support, features: featuresIn(space, support) }, kept),
    space,
    kernels,
    watchfulness,
  )

/** The features that a cache in this space reads. */
const featuresIn = ({ base }: Cache['space'], { features }: Support): SpaceFeatures => ({
  clip: featuresOf(features, 'clip'),
  [base]: featuresOf(features, base),
})

/** Positions of images in a support set. */
export interface Fold {
  /** The images to score. */
  readonly scored: Int32Array
  /** The images to compare them with. */
  readonly kept: Int32Array
}

/** Classes with more images leave out several of them in a fold. */
const maxFolds = 32

/**
 * The folds of a support set, whose images have the classes `labels`, [S]. Every fold leaves out one image of every class
 * that has two or more. A class with fewer images than there are folds then starts again at its first image, which is not
 * scored again. A class of one image keeps it in every fold. `order`, [S], lists the images in the order in which they are
 * left out, and `most` bounds the number of folds.
 *
 * If no class has two images, each of two folds scores half of the images, so that terms find the ranges of their values.
 * No image can be right there, since its class has no key.
 */
export function foldsOf(
  labels: Int32Array,
  order: readonly number[] = [...labels.keys()],
  most: number = maxFolds,
): Fold[] {
  const classes = imagesByClass(labels, order).filter(({ length }) => length > 1)
  if (classes.length === 0) return halvesOf(order)
  const count = Math.min(Math.max(...classes.map(({ length }) => length)), most)
  return Array.from({ length: count }, (_, fold) => {
    const scored = classes.flatMap((images) => images.filter((_image, at) => at % count === fold))
    const again = classes.map((images) => images[fold % images.length] as number)
    const leftOut = new Set([...scored, ...again])
    const kept = Int32Array.from(labels.keys()).filter((i) => !leftOut.has(i))
    return { scored: Int32Array.from(scored), kept }
  })
}

function inverseKeysOf(labels: Int32Array, folds: readonly Fold[]): number {
  let [sum, images] = [0, 0]
  for (const { scored, kept } of folds) {
    const counts = new Map<number, number>()
    for (const i of kept) counts.set(labels[i] as number, (counts.get(labels[i] as number) ?? 0) + 1)
    for (const i of scored) {
      const keys = counts.get(labels[i] as number)
      if (keys === undefined) continue
      sum += 1 / keys
      images++
    }
  }
  return images === 0 ? 0 : sum / images
}

/** Two folds, each of which compares half of the images with the other half. */
function halvesOf(order: readonly number[]): Fold[] {
  const even = Int32Array.from(order.filter((_, at) => at % 2 === 0))
  const odd = Int32Array.from(order.filter((_, at) => at % 2 === 1))
  return [
    { scored: even, kept: odd },
    { scored: odd, kept: even },
  ]
}

/** The images of each class, in the given order. */
function imagesByClass(labels: Int32Array, order: readonly number[]): number[][] {
  const classes = new Map<number, number[]>()
  for (const i of order) {
    const label = labels[i] as number
    const images = classes.get(label)
    if (images) images.push(i)
    else classes.set(label, [i])
  }
  return [...classes.entries()].sort(([a], [b]) => a - b).map(([, images]) => images)
}

/**
 * The images of a support set in an order that depends on their features alone: that of the hashes. So the folds do not depend
 * on the order in which the support set lists its images.
 */
function orderByContent({ features }: Support): number[] {
  const clip = featuresOf(features, 'clip')
  const hashes = Array.from({ length: clip.rows }, (_, i) =>
    createHash('sha256').update(rowOf(clip, i)).digest('hex'),
  )
  const compare = (a: number, b: number) => ((hashes[a] as string) < (hashes[b] as string) ? -1 : 1)
  return [...hashes.keys()].sort(compare)
}
