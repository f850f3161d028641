import type { Encoders } from '../encoders/encoders.js'
import { errors } from '../errors.js'
import type { Drawing } from '../store/enums.js'
import type { Store } from '../store/store.js'
import type { SupportSetRow } from '../store/support-sets.js'
import { largestClass, poolCounts } from './draw-support.js'
import type { EncodedData } from './encoded-data.js'

export interface CreateSupportSetInput {
  readonly dataset: string
  readonly encoder?: string | null
  /** Images per class. Left out with ALL, where the largest class's number of images takes its place. */
  readonly shots?: number | null
  /** EXACT by default. */
  readonly drawing?: Drawing
  readonly seed: number
  readonly augmentations: number
}

export interface SupportSets {
  /**
   * Draws a support set. The same request on the same images returns the same support set. Throws UNKNOWN_DATASET,
   * UNKNOWN_ENCODER, INVALID_VALUE (also without shots, or with shots and ALL), CLASS_WITHOUT_IMAGES or NOT_ENOUGH_IMAGES.
   */
  create(input: CreateSupportSetInput): Promise<SupportSetRow>
}

export function createSupportSets(context: {
  readonly store: Store
  readonly encoders: Encoders
  readonly encodedData: EncodedData
}): SupportSets {
  return {
    async create({ dataset: id, encoder, shots, drawing = 'EXACT', seed, augmentations }) {
      const dataset = await context.store.datasets.get(id)
      if (!dataset) throw errors.unknownDataset({ id }, 'dataset')
      const { id: encoderId } = context.encoders.get(encoder, 'encoder')
      requireShotsUnlessAll(drawing, shots != null)
      if (shots != null) requireShots(shots, 'shots')
      requireSeed(seed, 'seed')
      requireAugmentations(augmentations, 'augmentations')
      const counts = async () =>
        poolCounts(context.store, { datasetId: id }, (await context.store.datasets.classes(id)).length)
      return context.encodedData.supportSet({
        datasetId: id,
        encoder: encoderId,
        shots: shots ?? largestClass(await counts()),
        drawing,
        seed,
        augmentations,
      })
    },
  }
}

/** With ALL every image is taken, so a number of shots would say nothing. Throws INVALID_VALUE. */
export function requireShotsUnlessAll(drawing: Drawing, hasShots: boolean): void {
  if (drawing === 'ALL' && hasShots) {
    throw errors.invalidValue(
      { reason: 'ALL takes every image of the support pool. Leave shots out.' },
      'shots',
    )
  }
  if (drawing !== 'ALL' && !hasShots) {
    throw errors.invalidValue(
      { reason: 'Give shots, the number of images per class. Only ALL does without.' },
      'shots',
    )
  }
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
