import type { Encoder } from '../encoders/encoder.js'
import type { Registry } from '../methods/registry.js'
import type { FeatureSpace } from '../spaces/contract.js'

/** The feature spaces that work on an encoder's features: those registered, and those of its added adapters. */
export const spacesOf = (encoder: Encoder, registry: Registry): FeatureSpace[] => [
  ...registry.spaces.filter(({ base }) => encoder.spaces.includes(base)),
  ...encoder.spaces.filter((base) => base.startsWith('imo:')).map((base) => registry.space(base)),
]
