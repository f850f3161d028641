import type { EncodedData } from '../../datasets/encoded-data.js'
import { isImageFault } from '../../images/image-fault.js'
import type { ImageToClassify } from '../../store/dataset-classifications.js'
import { answerEach, spacesReadBy } from '../answer-each.js'
import type { LoadedClassifier } from '../load-classifier.js'
import type { MethodPrediction } from '../method-prediction.js'
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
  const { frozen, encoder, keys } = classifier
  const rows = images.map(({ imageId }) => ({ imageId, classIndex: 0, split: 'TEST' as const }))
  const { signal, topK } = options
  const { features } = await encodedData.labelled(rows, encoder, spacesReadBy(classifier), { signal })
  const known = new Set(keys.map(({ imageId }) => imageId))
  const predictions = await answerEach(classifier, features, topK)
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

const blank = (
  { imageId, classIndex, split }: ImageToClassify,
  { classNames }: ClassifyImagesOptions,
): WrittenAnswer => ({
  ...{ image: imageId, split, label: classIndex === null ? null : (classNames[classIndex] ?? null) },
  ...{ top: [], set: null, isNoneOfThese: null, isInSupportSet: false, error: null },
})
