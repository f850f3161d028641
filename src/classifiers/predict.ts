import type { ImageInput } from '../datasets/image-input.js'
import { errors, ShotboardError } from '../errors.js'
import type { ImageWorkers } from '../images/workers/image-workers.js'
import type { ImageFiles } from '../store/image-files.js'
import { createFits, type Fits, type FitsContext } from './fits.js'
import {
  encodeGiven,
  type GivenImage,
  type ImageError,
  imageErrorOf,
  readGivenImages,
} from './given-images.js'
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
  readonly image: GivenImage
  /** Why there is no prediction; null if the image can be read. */
  readonly error: ImageError | null
  /** Whether the image is one of the support set, so that its label is known. */
  readonly inSupportSet: boolean
  /** None if the image cannot be read. */
  readonly predictions: readonly MethodPrediction[]
}

export type Predict = (input: PredictInput) => Promise<ImagePrediction[]>

export interface PredictContext extends QuestionContext, FitsContext {
  readonly imageFiles: ImageFiles
  readonly imageWorkers: ImageWorkers
  readonly maxMegapixels: number
}

/**
 * Classifies images by a support set, or as a comparison does. An image that cannot be read has its own error, and the others
 * their answers. Deterministic; stores nothing. Throws EMPTY_LIST, INVALID_VALUE, and the errors of `readQuestions` and
 * `readGivenImages`, with the argument at fault.
 */
export function createPredict(context: PredictContext): Predict {
  const fits = createFits(context)
  return async (input) => {
    const { topK } = input
    if (input.images.length === 0) throw errors.emptyList({ what: 'image' }, 'images')
    requireTopK(topK)
    const questions = await readQuestions(context, input)
    const images = await readGivenImages(input.images, context)
    const answers: Answer[] = []
    for (const question of questions) answers.push(await answer(question, images, input, fits, context))
    return images.map((image, i) => {
      const error = answers[0]?.errors.get(i)
      return {
        image,
        error: error ? imageErrorOf(error) : null,
        inSupportSet: answers.some(({ inSupportSet }) => inSupportSet[i]),
        predictions: answers.flatMap(({ byImage }) => byImage.get(i) ?? []),
      }
    })
  }
}

/** Throws INVALID_VALUE. */
export function requireTopK(topK: number): void {
  if (Number.isInteger(topK) && topK >= 1) return
  throw errors.invalidValue({ reason: `topK must be a whole number of at least 1, not ${topK}.` }, 'topK')
}

interface Answer {
  /** One for each image. */
  readonly inSupportSet: readonly boolean[]
  /** The errors of the images that cannot be read, by position. */
  readonly errors: ReadonlyMap<number, ShotboardError>
  /** The predictions of all methods for each readable image, by its position. */
  readonly byImage: ReadonlyMap<number, readonly MethodPrediction[]>
}

async function answer(
  question: Question,
  images: readonly GivenImage[],
  { topK, includeOwnKey = false }: PredictInput,
  fits: Fits,
  { store }: PredictContext,
): Promise<Answer> {
  const { supportSet, encoder, methods, holdOut } = question
  const isHeldOut = new Set(holdOut)
  const classes = question.classes.filter(({ index }) => !isHeldOut.has(index))
  const drawn = await store.supportSets.images(supportSet.id)
  const keys = drawn.filter(({ classIndex }) => !isHeldOut.has(classIndex))
  const keyOf = new Map(keys.map(({ imageId }, at) => [imageId, at]))
  const ownKey = images.map(({ id }) => keyOf.get(id) ?? -1)
  const inSupportSet = ownKey.map((key) => key >= 0)
  // Images are encoded before methods are fitted: what is wrong with them is found at once.
  const { positions, features, errors: broken } = await encodeGiven(encoder, images, fits.basesOf(question))
  const byImage = new Map<number, MethodPrediction[]>(positions.map((i) => [i, []]))
  if (positions.length === 0) return { inSupportSet, errors: broken, byImage }
  const { support, fitted } = await fits.fit(question)
  for (const [i, { method, space }] of methods.entries()) {
    const fit = fitted[i] as (typeof fitted)[number]
    const named = { encoder: encoder.id, space: space?.id ?? null }
    const ownKeys = positions.map((at) => (includeOwnKey ? -1 : (ownKey[at] as number)))
    const predictions =
      fit instanceof ShotboardError
        ? fit
        : await orMethodError(
            predictionsOf({ fitted: fit, ...named, features, ownKeys, support, classes, keys, topK }),
          )
    for (const [row, at] of positions.entries()) {
      byImage
        .get(at)
        ?.push(
          predictions instanceof ShotboardError
            ? failedPrediction({ method: method.id, ...named }, predictions)
            : (predictions[row] as MethodPrediction),
        )
    }
  }
  return { inSupportSet, errors: broken, byImage }
}
