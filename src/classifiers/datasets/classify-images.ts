import { readFrom } from '../../comparisons/method-choice.js'
import type { EncodedData } from '../../datasets/encoded-data.js'
import { type SpaceFeatures, selectFeatures } from '../../features/space-features.js'
import { isImageFault } from '../../images/image-fault.js'
import type { ImageToClassify } from '../../store/dataset-classifications.js'
import type { LoadedClassifier } from '../load-classifier.js'
import { type MethodPrediction, predictionsOf } from '../method-prediction.js'
import type { WrittenAnswer } from './answer-file.js'

export interface ClassifyImagesOptions {
  readonly topK: number
  /** The names of the dataset's classes, by index. */
  readonly classNames: readonly string[]
  readonly signal: AbortSignal
}

/**
 * A classifier's answers to images of a dataset, each by itself, in their order. Features that are stored are used, and the others
 * are stored. An image that cannot be read has its error and takes no other along. Throws CANCELLED, PLUGIN_FAILED if the method
 * fails, and faults of the disk or the database.
 */
export async function classifyImages(
  encodedData: EncodedData,
  classifier: LoadedClassifier,
  images: readonly ImageToClassify[],
  options: ClassifyImagesOptions,
): Promise<WrittenAnswer[]> {
  try {
    return await answersOf(encodedData, classifier, images, options)
  } catch (error) {
    if (!isImageFault(error)) throw error
    if (images.length === 1) return images.map((image) => ({ ...blank(image, options), error: error.code }))
    const half = Math.ceil(images.length / 2)
    return [
      ...(await classifyImages(encodedData, classifier, images.slice(0, half), options)),
      ...(await classifyImages(encodedData, classifier, images.slice(half), options)),
    ]
  }
}

async function answersOf(
  encodedData: EncodedData,
  classifier: LoadedClassifier,
  images: readonly ImageToClassify[],
  options: ClassifyImagesOptions,
): Promise<WrittenAnswer[]> {
  const { frozen, encoder, encoderSpace, fitted, keys } = classifier
  const rows = images.map(({ imageId }) => ({ imageId, classIndex: 0, split: 'TEST' as const }))
  const spaces = [encoderSpace, ...readFrom(fitted.method, null)]
  const { features } = await encodedData.labelled(rows, encoder, spaces, { signal: options.signal })
  // The adapter may have another name by now.
  const named = { ...features, [frozen.base]: features[encoderSpace] ?? features.clip } as SpaceFeatures
  const known = new Set(keys.map(({ imageId }) => imageId))
  const predictions: MethodPrediction[] = []
  // A method that could decide for all of them together answers one at a time, as in `classify`.
  const parts = fitted.method.transductive ? images.map((_, row) => selectFeatures(named, [row])) : [named]
  for (const part of parts) predictions.push(...(await predict(classifier, part, options.topK)))
  return images.map((image, i) => {
    const { top, set } = predictions[i] as MethodPrediction
    const own = set(frozen.coverage)
    return {
      ...blank(image, options),
      top: top.map(({ class: { name }, probability }) => ({ class: name, probability })),
      set: own?.map(({ name }) => name) ?? null,
      isNoneOfThese: own && own.length === 0,
      isInSupportSet: known.has(image.imageId),
    }
  })
}

const predict = (
  { frozen, encoder, fitted, head, support, keys, classes }: LoadedClassifier,
  features: SpaceFeatures,
  topK: number,
): Promise<MethodPrediction[]> =>
  predictionsOf({
    ...{ fitted, head, support, classes, keys, topK, features },
    ...{ encoder: encoder.id, space: frozen.space?.id ?? null },
    ownKeys: Array.from({ length: features.clip?.rows ?? 0 }, () => -1),
  })

const blank = (
  { imageId, classIndex, split }: ImageToClassify,
  { classNames }: ClassifyImagesOptions,
): WrittenAnswer => ({
  ...{ image: imageId, split, label: classIndex === null ? null : (classNames[classIndex] ?? null) },
  ...{ top: [], set: null, isNoneOfThese: null, isInSupportSet: false, error: null },
})
