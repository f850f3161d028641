import { selectFeatures } from '../features/space-features.js'
import type { Support } from '../features/support.js'
import type { FeatureSpace } from '../spaces/contract.js'
import { buildCache } from './cache.js'
import type { Batch, Cache } from './contract.js'

/**
 * Leave-one-out by definition: for each image of a cache, in the order of its keys, yields a batch with that image as the
 * only query, against a cache built without it. A fitted space is fitted again without the image, unless its `fold` gives
 * the features of all images in that case.
 */
export async function* leaveOneOutByRefit(support: Support, cache: Cache): AsyncGenerator<Batch> {
  const { order, space, fitted, kernels } = cache
  const sorted = { ...support, features: selectFeatures(support.features, order), labels: cache.labels }
  for (let i = 0; i < order.length; i++) {
    const folded = order.length > 1 ? await fitted?.fold?.(i) : undefined
    const features = folded ? { ...sorted.features, [folds]: folded } : sorted.features
    const rest = Int32Array.from(order.keys()).filter((j) => j !== i)
    const without = {
      ...sorted,
      features: selectFeatures(features, rest),
      labels: rest.map((j) => cache.labels[j] as number),
    }
    const smaller = await buildCache(without, folded ? asGiven(space) : space, kernels)
    yield* smaller.batches(selectFeatures(features, [i]))
  }
}

/** The name of a fold's features among those of the encoder's spaces. */
const folds = 'fold'

/** The same space, using a fold's features unchanged. */
function asGiven({ fit: _, ...space }: FeatureSpace): FeatureSpace {
  return { ...space, base: folds }
}
