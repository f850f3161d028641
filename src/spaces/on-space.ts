import { defineSpace, type FeatureSpace } from './contract.js'

/**
 * A fitted space on another of the encoder's spaces than its own: `onSpace(whitened(), imo())` is `imo+whitened`, adapted
 * features that are whitened.
 */
export const onSpace = (space: FeatureSpace, base: FeatureSpace): FeatureSpace =>
  defineSpace({
    ...space,
    id: `${base.id}+${space.id}`,
    name: `${space.name} on ${base.name}`,
    summary: `${space.summary} On the features of ${base.id}.`,
    base: base.base,
    trained: base.trained || space.trained,
  })
