import { readFrom } from '../comparisons/method-choice.js'
import { type SpaceFeatures, selectFeatures } from '../features/space-features.js'
import type { LoadedClassifier } from './load-classifier.js'
import { type MethodPrediction, predictionsOf } from './method-prediction.js'

/** The encoder's spaces that a classifier reads. */
export const spacesReadBy = ({ encoderSpace, fitted }: LoadedClassifier): string[] => [
  ...new Set(['clip', encoderSpace, ...readFrom(fitted.method, null)]),
]

/** Features as a classifier names them: the adapter of its base may have another name by now. */
export const withItsBase = <Features extends SpaceFeatures>(
  { frozen, encoderSpace }: LoadedClassifier,
  features: Features,
): Features => ({ ...features, [frozen.base]: features[encoderSpace] ?? features.clip })

/**
 * The predictions for images in the spaces of `spacesReadBy`, each by itself, also with a method that could decide for all of them
 * together. A support image is compared with all keys, its own among them. Throws PLUGIN_FAILED if the method fails.
 */
export async function answerEach(
  classifier: LoadedClassifier,
  features: SpaceFeatures,
  topK: number,
): Promise<MethodPrediction[]> {
  const { frozen, encoder, fitted, head, support, keys, classes } = classifier
  const named = withItsBase(classifier, features)
  const count = named.clip?.rows ?? 0
  const parts = fitted.method.transductive
    ? Array.from({ length: count }, (_, row) => selectFeatures(named, [row]))
    : [named]
  const predictions: MethodPrediction[] = []
  for (const part of parts) {
    const some = await predictionsOf({
      ...{ fitted, head, support, classes, keys, topK, features: part },
      ...{ encoder: encoder.id, space: frozen.space?.id ?? null },
      ownKeys: Array.from({ length: part.clip?.rows ?? 0 }, () => -1),
    })
    predictions.push(...some)
  }
  return predictions
}
