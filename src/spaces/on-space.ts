import { defineSpace, type FeatureSpace } from './contract.js'
import type { Marker } from './line-style.js'

/**
 * A space that is fitted on the features of another space: `onSpace(whitened(), imo())` is `imo+whitened`, which whitens
 * adapted features. It keeps the dash of the fitted space; without a marker of its own it gets one by its id.
 */
export function onSpace(fitted: FeatureSpace, base: FeatureSpace, marker?: Marker): FeatureSpace {
  const { marker: _, ...rest } = fitted
  return defineSpace({
    ...rest,
    ...(marker && { marker }),
    id: `${base.id}+${fitted.id}`,
    name: `${fitted.name} on ${base.name}`,
    summary: `${fitted.summary} On the features of ${base.id}.`,
    base: base.base,
    trained: base.trained || fitted.trained,
    ...(base.base !== 'clip' && fitted.fit && { fit: withoutTexts(fitted.fit) }),
  })
}

/** Texts are in `clip`, and have no place among the features of another base. */
const withoutTexts =
  (fitTo: NonNullable<FeatureSpace['fit']>): NonNullable<FeatureSpace['fit']> =>
  async (...given) => {
    const { projectTexts: _, ...fitted } = await fitTo(...given)
    return fitted
  }
