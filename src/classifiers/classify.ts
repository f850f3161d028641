import type { ShotboardError } from '../errors.js'
import { requireCoverage } from '../evaluation/prediction-set.js'
import type { ClassRow } from '../store/datasets.js'
import { answerEach, spacesReadBy } from './answer-each.js'
import { encodeGiven, type GivenImage, type ImageError, imageErrorOf } from './given-images.js'
import type { LoadedClassifier } from './load-classifier.js'
import type { MethodPrediction } from './method-prediction.js'

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
  classifier: LoadedClassifier,
  images: readonly ClassifiedImage[],
  topK: number,
): Promise<Classification[]> {
  const { encoder, keys } = classifier
  const { coverage } = classifier.frozen
  const spaces = spacesReadBy(classifier)
  const { positions, features, errors: broken } = await encodeGiven(encoder, images, spaces)
  const answers: Classification[] = []
  for (const [i, error] of broken) answers[i] = unread(error)
  if (positions.length === 0) return answers
  const predictions = await answerEach(classifier, features, topK)
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
