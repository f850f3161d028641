import { readFrom } from '../comparisons/method-choice.js'
import type { ShotboardError } from '../errors.js'
import { requireCoverage } from '../evaluation/prediction-set.js'
import { selectFeatures } from '../features/space-features.js'
import type { ClassRow } from '../store/datasets.js'
import { encodeGiven, type GivenImage, type ImageError, imageErrorOf } from './given-images.js'
import type { LoadedClassifier } from './load-classifier.js'
import { type MethodPrediction, predictionsOf } from './method-prediction.js'

/** A classifier's answer to one image. */
export interface Classification {
  /** Why there is no answer; null if there is one. */
  readonly error: ImageError | null
  /** The best classes, best first; empty if the image cannot be read. */
  readonly top: MethodPrediction['top']
  /**
   * The classes that hold the true one with a probability of `coverage`, by default the classifier's, the most probable first;
   * empty if none fits. Null if no set can be told.
   */
  set(coverage?: number): readonly ClassRow[] | null
  /** Whether no class fits well enough to be in the set; null if no set can be told. */
  readonly isNoneOfThese: boolean | null
  /** The nearest support images, nearest first. */
  nearest: MethodPrediction['nearest']
  /** Whether it is one of the support images, so that its label is known. */
  readonly isInSupportSet: boolean
  readonly milliseconds: number
}

/** What is classified: an image's bytes, or why it cannot be read. */
export type ClassifiedImage = Pick<GivenImage, 'id' | 'bytes' | 'error' | 'maxMegapixels'>

/**
 * Classifies images, each by itself. A support image is compared with all keys, its own among them, as in the exported model.
 * Throws PLUGIN_FAILED if the method fails, CANCELLED, and errors of the disk.
 */
export async function classify(
  { frozen, encoder, encoderSpace, fitted, head, support, keys, classes }: LoadedClassifier,
  images: readonly ClassifiedImage[],
  topK: number,
): Promise<Classification[]> {
  const { base, coverage } = frozen
  const spaces = [...new Set(['clip', encoderSpace, ...readFrom(fitted.method, null)])]
  const { positions, features, errors: broken } = await encodeGiven(encoder, images, spaces)
  const answers: Classification[] = []
  for (const [i, error] of broken) answers[i] = unread(error)
  if (positions.length === 0) return answers
  // The adapter may have another name by now.
  const named = { ...features, [base]: features[encoderSpace] ?? features.clip } as typeof features
  const predict = (some: typeof features) =>
    predictionsOf({
      ...{ fitted, head, support, classes, keys, topK, features: some },
      ...{ encoder: encoder.id, space: frozen.space?.id ?? null },
      ownKeys: Array.from({ length: some.clip?.rows ?? 0 }, () => -1),
    })
  const predictions: MethodPrediction[] = []
  // A classifier answers each image by itself, also with a method that could decide for all of them together.
  if (fitted.method.transductive) {
    for (const row of positions.keys()) predictions.push(...(await predict(selectFeatures(named, [row]))))
  } else predictions.push(...(await predict(named)))
  const known = new Set(keys.map(({ imageId }) => imageId))
  for (const [row, i] of positions.entries()) {
    const { top, set, nearest, milliseconds } = predictions[row] as MethodPrediction
    answers[i] = {
      ...{ error: null, top, nearest, milliseconds },
      set(wanted = coverage) {
        requireCoverage(wanted)
        return set(wanted)
      },
      get isNoneOfThese() {
        const own = set(coverage)
        return own && own.length === 0
      },
      isInSupportSet: known.has(images[i]?.id ?? ''),
    }
  }
  return answers
}

const unread = (error: ShotboardError): Classification => ({
  ...{ error: imageErrorOf(error), top: [], isNoneOfThese: null, isInSupportSet: false, milliseconds: 0 },
  set: () => null,
  nearest: async () => [],
})
