import { type ImageInput, type ReadImage, readImageInput } from '../datasets/image-input.js'
import { errors, ShotboardError } from '../errors.js'
import type { ImageWorkers } from '../images/workers/image-workers.js'
import type { ImageFiles } from '../store/image-files.js'
import { createFits, type Fits, type FitsContext } from './fits.js'
import { orMethodError } from './method-error.js'
import { failedPrediction, type MethodPrediction, predictionsOf } from './method-prediction.js'
import { type Question, type QuestionContext, type QuestionInput, readQuestions } from './question.js'

export interface PredictInput extends QuestionInput {
  readonly images: readonly ImageInput[]
  readonly topK: number
  /** Compares a support image with its own key too. By default it is scored as in leave-one-out. */
  readonly includeOwnKey?: boolean
}

export interface ImagePrediction {
  readonly image: ReadImage
  /** Whether the image is one of the support set, so that its label is known. */
  readonly inSupportSet: boolean
  readonly predictions: readonly MethodPrediction[]
}

export type Predict = (input: PredictInput) => Promise<ImagePrediction[]>

export interface PredictContext extends QuestionContext, FitsContext {
  readonly imageFiles: ImageFiles
  readonly imageWorkers: ImageWorkers
  readonly maxMegapixels: number
}

/**
 * Classifies images by a support set, or as a comparison does. Deterministic; stores nothing. Throws EMPTY_LIST,
 * INVALID_VALUE, and the errors of `readQuestions` and `readImageInput`, with the argument at fault.
 */
export function createPredict(context: PredictContext): Predict {
  const fits = createFits(context)
  return async (input) => {
    const { topK } = input
    if (input.images.length === 0) throw errors.emptyList({ what: 'image' }, 'images')
    if (!(Number.isInteger(topK) && topK >= 1)) {
      throw errors.invalidValue({ reason: `topK must be a whole number of at least 1, not ${topK}.` }, 'topK')
    }
    const questions = await readQuestions(context, input)
    const images = await readImages(input.images, context)
    const answers: Answer[] = []
    for (const question of questions) answers.push(await answer(question, images, input, fits, context))
    return images.map((image, i) => ({
      image,
      inSupportSet: answers.some(({ inSupportSet }) => inSupportSet[i]),
      predictions: answers.flatMap(({ byMethod }) => byMethod.map((all) => all[i] as MethodPrediction)),
    }))
  }
}

interface Answer {
  /** One for each image. */
  readonly inSupportSet: readonly boolean[]
  /** For each method the predictions of all images. */
  readonly byMethod: readonly (readonly MethodPrediction[])[]
}

async function answer(
  question: Question,
  images: readonly ReadImage[],
  { topK, includeOwnKey = false }: PredictInput,
  fits: Fits,
  { store }: PredictContext,
): Promise<Answer> {
  const { supportSet, encoder, methods, holdOut } = question
  const classes = question.classes.filter(({ index }) => !holdOut.includes(index))
  // Images are encoded before methods are fitted: an image that cannot be decoded is found at once.
  const features = await encoder.encodeImages(
    images.map(({ id, bytes }) => ({ id, read: () => Promise.resolve(bytes) })),
    { spaces: fits.basesOf(question) },
  )
  const { support, fitted } = await fits.fit(question)
  const drawn = await store.supportSets.images(supportSet.id)
  const keys = drawn.filter(({ classIndex }) => !holdOut.includes(classIndex))
  const positions = images.map(({ id }) => keys.findIndex(({ imageId }) => imageId === id))
  const byMethod: MethodPrediction[][] = []
  for (const [i, { method, space }] of methods.entries()) {
    const fit = fitted[i] as (typeof fitted)[number]
    const named = { encoder: encoder.id, space: space?.id ?? null }
    const ownKeys = includeOwnKey ? positions.map(() => -1) : positions
    const predictions =
      fit instanceof ShotboardError
        ? fit
        : await orMethodError(
            predictionsOf({ fitted: fit, ...named, features, ownKeys, support, classes, keys, topK }),
          )
    byMethod.push(
      predictions instanceof ShotboardError
        ? images.map(() => failedPrediction({ method: method.id, ...named }, predictions))
        : predictions,
    )
  }
  return { inSupportSet: positions.map((position) => position >= 0), byMethod }
}

/** Reads the images of a request. Throws as `readImageInput`, with the position of the image. */
const readImages = (images: readonly ImageInput[], context: PredictContext): Promise<ReadImage[]> =>
  Promise.all(
    images.map((image, i) =>
      readImageInput(image, context).catch((error: unknown) => {
        throw error instanceof ShotboardError ? error.at(`images[${i}]`) : error
      }),
    ),
  )
