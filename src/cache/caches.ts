import type { FeatureSpace } from '../spaces/contract.js'
import type { Kernels } from '../tensor/kernels.js'
import { buildCache, type Cache, type Support } from './cache.js'

/** The caches of one support set, each built when a method first asks for its space and shared by those that follow. */
export interface Caches {
  in(space: FeatureSpace): Promise<Cache>
}

export function createCaches(support: Support, kernels: Kernels): Caches {
  const built = new Map<string, Promise<Cache>>()
  return {
    in(space) {
      const cache = built.get(space.id) ?? buildCache(support, space, kernels)
      built.set(space.id, cache)
      return cache
    },
  }
}
