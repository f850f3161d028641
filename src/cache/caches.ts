import type { Support } from '../features/support.js'
import { type FeatureSpace, type SpaceValues, spaceAt } from '../spaces/contract.js'
import type { Kernels } from '../tensor/kernels.js'
import { buildCache } from './cache.js'
import type { Cache } from './contract.js'
import type { Watchfulness } from './watch.js'

/** The caches of one support set. Each is built at its first use and shared afterwards. */
export interface Caches {
  /** The cache in a space with these values of the space's hyperparameters. Missing values take their defaults. */
  in(space: FeatureSpace, values?: SpaceValues): Promise<Cache>
}

export function createCaches(support: Support, kernels: Kernels, watchfulness?: Watchfulness): Caches {
  const built = new Map<string, Promise<Cache>>()
  return {
    in(space, values = {}) {
      const settings = Object.entries(space.hyperparameters ?? {}).map(
        ([name, { default: standard }]) => values[name] ?? standard,
      )
      const key = JSON.stringify([space.id, settings])
      const cache = built.get(key) ?? buildCache(support, spaceAt(space, values), kernels, watchfulness)
      built.set(key, cache)
      return cache
    },
  }
}
