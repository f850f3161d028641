import { selectFeatures } from '../features/space-features.js'
import type { Support } from '../features/support.js'
import type { FeatureSpace } from '../spaces/contract.js'
import { buildCache } from './cache.js'
import type { Batch, Cache } from './contract.js'

/**
 * Leave-one-out by its definition: for each image of a cache, in its order, a batch of that image alone against a cache
 * that is built without it. A space that is fitted on the support set is fitted again without the image, unless it says
 * where all images lie then.
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

/** What the features of a fold go by among those of the encoder's spaces. */
const folds = 'fold'

/** A space whose features are a fold's, as they stand. */
function asGiven({ fit: _, ...space }: FeatureSpace): FeatureSpace {
  return { ...space, base: folds }
}
