import type { Encoders } from '../encoders/encoders.js'
import { errors } from '../errors.js'
import type { Drawing } from '../store/enums.js'
import type { Store } from '../store/store.js'
import type { SupportSetRow } from '../store/support-sets.js'
import type { EncodedData } from './encoded-data.js'
import { drawingOf } from './listed-support.js'

export interface CreateSupportSetInput {
  readonly dataset: string
  readonly encoder?: string | null
  /** Images per class. Left out with ALL, where the largest class's number of images takes its place. */
  readonly shots?: number | null
  /** LISTED by default if images are given, and EXACT if not. */
  readonly drawing?: Drawing | null
  /** The support images themselves, instead of a draw. */
  readonly images?: readonly string[] | null
  readonly seed: number
  readonly augmentations: number
}

export interface SupportSets {
  /**
   * Draws a support set, or takes the listed images. The same request on the same images returns the same support set. Throws
   * UNKNOWN_DATASET, UNKNOWN_ENCODER, INVALID_VALUE (also without shots, or with shots and ALL or LISTED), CLASS_WITHOUT_IMAGES,
   * NOT_ENOUGH_IMAGES, or the errors of `listedSupport`.
   */
  create(input: CreateSupportSetInput): Promise<SupportSetRow>
}

export function createSupportSets(context: {
  readonly store: Store
  readonly encoders: Encoders
  readonly encodedData: EncodedData
}): SupportSets {
  return {
    async create({ dataset: id, encoder, shots, images, seed, augmentations, ...input }) {
      const dataset = await context.store.datasets.get(id)
      if (!dataset) throw errors.unknownDataset({ id }, 'dataset')
      const { id: encoderId } = context.encoders.get(encoder, 'encoder')
      const drawing = drawingOf(input.drawing, images, 'images')
      requireShotsIfDrawn(drawing, shots != null)
      if (shots != null) requireShots(shots, 'shots')
      requireSeed(seed, 'seed')
      requireAugmentations(augmentations, 'augmentations')
      return context.encodedData.supportSet({
        datasetId: id,
        encoder: encoderId,
        shots: shots ?? null,
        drawing,
        images: images ?? null,
        seed,
        augmentations,
      })
    },
  }
}

/** Whether a support set is drawn at random. With ALL and LISTED the images are given, and a number of shots would say nothing. */
export const isDrawn = (drawing: Drawing): boolean => drawing !== 'ALL' && drawing !== 'LISTED'

/** Throws INVALID_VALUE without shots, or with shots where none are drawn. */
export function requireShotsIfDrawn(drawing: Drawing, hasShots: boolean): void {
  if (isDrawn(drawing)) {
    if (hasShots) return
    const reason = 'Give shots, the number of images per class. Only ALL and LISTED do without.'
    throw errors.invalidValue({ reason }, 'shots')
  }
  if (!hasShots) return
  const taken = drawing === 'ALL' ? 'every image of the support pool' : 'the images of the list'
  throw errors.invalidValue({ reason: `${drawing} takes ${taken}. Leave shots out.` }, 'shots')
}

const requireInteger =
  (what: string, min: number, max: number) =>
  (value: number, argument: string): void => {
    if (!(Number.isInteger(value) && value >= min && value <= max)) {
      throw errors.invalidValue(
        { reason: `${what} must be a whole number from ${min} to ${max}, not ${value}.` },
        argument,
      )
    }
  }

/** Check the parameters of a support set. Throw INVALID_VALUE with the argument at fault. */
export const requireShots = requireInteger('The number of shots', 1, 10_000)
export const requireSeed = requireInteger('A seed', -(2 ** 31), 2 ** 31 - 1)
export const requireAugmentations = requireInteger('The number of augmentations', 1, 100)
