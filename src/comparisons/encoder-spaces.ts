import type { Encoder } from '../encoders/encoder.js'
import type { Registry } from '../plugins/registry.js'
import type { FeatureSpace } from '../spaces/contract.js'

/** Every feature space: those registered, and those of the encoders' added adapters. */
export function allSpaces(encoders: readonly Encoder[], registry: Registry): FeatureSpace[] {
  const added = new Set(encoders.flatMap(({ spaces }) => spaces.filter(isAdded)))
  return [...registry.spaces, ...[...added].map((id) => registry.space(id))]
}

const isAdded = (space: string): boolean => space.startsWith('imo:')

/** The feature spaces that work on an encoder's features: those registered, and those of its added adapters. */
export const spacesOf = (encoder: Encoder, registry: Registry): FeatureSpace[] => [
  ...registry.spaces.filter(({ base }) => encoder.spaces.includes(base)),
  ...encoder.spaces.filter(isAdded).map((base) => registry.space(base)),
]
