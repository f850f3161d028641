import type { Encoder } from '../encoders/encoder.js'
import type { Registry } from '../plugins/registry.js'
import type { FeatureSpace } from '../spaces/contract.js'

/** All feature spaces: the registered ones and those of the encoders' added adapters. */
export function allSpaces(encoders: readonly Encoder[], registry: Registry): FeatureSpace[] {
  const added = new Set(encoders.flatMap(({ spaces }) => spaces.filter(isAdded)))
  return [...registry.spaces, ...[...added].map((id) => registry.space(id))]
}

const isAdded = (space: string): boolean => space.startsWith('imo:')

/** The feature spaces available with an encoder: the registered ones and those of its added adapters. */
export const spacesOf = (encoder: Encoder, registry: Registry): FeatureSpace[] => [
  ...registry.spaces.filter(({ base }) => encoder.spaces.includes(base)),
  ...encoder.spaces.filter(isAdded).map((base) => registry.space(base)),
]
