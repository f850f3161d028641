import { createHash } from 'node:crypto'
import { featuresOf, selectFeatures } from '../features/space-features.js'
import type { Support } from '../features/support.js'
import { throwIfCancelled } from '../system/abort.js'
import { type Matrix, rowOf } from '../tensor/matrix.js'
import { buildCache } from './cache.js'
import type { Batch, Cache } from './contract.js'

/** The support images as queries, each against a cache that has not seen it. */
export interface LeaveOneOut {
  /** The positions in the support set of the images in the order of the batches: each image at most once. */
  readonly images: Int32Array
  /** Starts from the beginning at every call. Throws CANCELLED. */
  batches(signal?: AbortSignal): AsyncGenerator<Batch>
}

/**
 * Leaves one image of every class out at a time, fits the space again and builds the cache again without them, and
 * compares them with the others. With S images of C classes that is as many folds as the largest class has images, not S.
 *
 * If a fold left out a single image, its class would have one key fewer than the others, and that alone would tell the
 * class: a term that adds a negative number for each key would be right for every image.
 */
export function leaveOneOut(support: Support, cache: Cache): LeaveOneOut {
  const { space, keys, spaceKeys } = cache
  const clip = featuresOf(support.features, 'clip')
  const folds = foldsOf(support.labels, orderByContent(clip))
  const features = { clip, [space.base]: featuresOf(support.features, space.base) }
  const build = ({ kept }: Fold) =>
    buildCache(pickSupport({ ...support, features }, kept), space, cache.kernels, cache.watchfulness)
  const bytes = folds.length * keys.rows * (keys.columns + spaceKeys.columns) * Float32Array.BYTES_PER_ELEMENT
  const cacheOf = (fold: Fold, index: number) =>
    bytes <= maxKeptBytes ? cache.derive(`leave-one-out: fold ${index}`, () => build(fold)) : build(fold)
  return {
    images: Int32Array.from(folds.flatMap(({ scored }) => [...scored])),
    async *batches(signal) {
      for (const [index, fold] of folds.entries()) {
        throwIfCancelled(signal)
        yield* (await cacheOf(fold, index)).batches(selectFeatures(features, fold.scored))
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
  const alone = labels.reduce((count, label) => count + (label === labels[image] ? 1 : 0), 0) === 1
  const order = orderByContent(featuresOf(support.features, 'clip'))
  const fold = alone ? undefined : foldsOf(labels, order).find(({ scored }) => scored.includes(image))
  const kept = fold?.kept ?? Int32Array.from(labels.keys()).filter((other) => other !== image)
  return { kept, cache: await buildCache(pickSupport(support, kept), cache.space, cache.kernels) }
}

/** A cache of some of the images of a support set. */
export interface SmallerCache {
  readonly cache: Cache
  /** The positions of these images in the support set. */
  readonly kept: Int32Array
}

const pickSupport = (support: Support, images: Int32Array): Support => ({
  ...support,
  features: selectFeatures(support.features, images),
  labels: images.map((i) => support.labels[i] as number),
})

/** Larger folds are built again at every pass instead of kept for the next method. */
const maxKeptBytes = 64 * 2 ** 20

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
 * left out.
 *
 * If no class has two images, each of two folds scores half of the images, so that terms find the ranges of their values.
 * No image can be right there, since its class has no key.
 */
export function foldsOf(labels: Int32Array, order: readonly number[] = [...labels.keys()]): Fold[] {
  const classes = imagesByClass(labels, order).filter(({ length }) => length > 1)
  if (classes.length === 0) return halvesOf(order)
  const count = Math.min(Math.max(...classes.map(({ length }) => length)), maxFolds)
  return Array.from({ length: count }, (_, fold) => {
    const scored = classes.flatMap((images) => images.filter((_image, at) => at % count === fold))
    const again = classes.map((images) => images[fold % images.length] as number)
    const leftOut = new Set([...scored, ...again])
    const kept = Int32Array.from(labels.keys()).filter((i) => !leftOut.has(i))
    return { scored: Int32Array.from(scored), kept }
  })
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
 * The rows of a matrix in an order that depends on what they hold alone, and in no other way: by their hashes. So the folds
 * do not depend on the order in which a support set lists its images.
 */
function orderByContent(rows: Matrix): number[] {
  const hashes = Array.from({ length: rows.rows }, (_, i) =>
    createHash('sha256').update(rowOf(rows, i)).digest('hex'),
  )
  const compare = (a: number, b: number) => ((hashes[a] as string) < (hashes[b] as string) ? -1 : 1)
  return [...hashes.keys()].sort(compare)
}
