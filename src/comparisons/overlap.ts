import type { EncodedData } from '../datasets/encoded-data.js'
import type { Encoder } from '../encoders/encoder.js'
import type { Encoders } from '../encoders/encoders.js'
import { errors } from '../errors.js'
import { type ModalityGap, modalityGapOf } from '../evaluation/overlap/modality-gap.js'
import { measureOverlap, type Overlap } from '../evaluation/overlap/overlap.js'
import { featuresOf } from '../features/space-features.js'
import { supportIn } from '../features/support.js'
import type { Registry } from '../plugins/registry.js'
import type { FeatureSpace } from '../spaces/contract.js'
import { fitSpace } from '../spaces/fit-space.js'
import type { DatasetImageRow } from '../store/datasets.js'
import type { Split } from '../store/enums.js'
import type { Store } from '../store/store.js'
import { once } from '../system/once.js'
import type { Kernels } from '../tensor/kernels.js'
import { spacesOf } from './encoder-spaces.js'

export interface OverlapInput {
  readonly dataset?: string | null
  /** Instead of `dataset`: measures the images of the support set's dataset, in spaces fitted on the support set. */
  readonly supportSet?: string | null
  readonly encoder?: string | null
  /** The split whose images are compared with each other. */
  readonly split: Split
  /** Default: all spaces available with the encoder, those that need other images of it only if there are any. */
  readonly spaces?: readonly string[] | null
  /** The number of histogram bins, from 1 to 2000. */
  readonly bins: number
}

export interface OverlapReport {
  readonly datasetId: string
  readonly encoder: string
  readonly spaces: readonly (Overlap & { readonly space: string })[]
  readonly modalityGap: ModalityGap
}

export interface OverlapContext {
  readonly store: Store
  readonly encoders: Encoders
  readonly registry: Registry
  readonly kernels: Kernels
  readonly encodedData: EncodedData
}

const maxBins = 2000

/**
 * Measures intra-modal overlap in each space. Fitted spaces are fitted on the support set, or on the whole support pool if a
 * dataset is given. Throws INVALID_VALUE, UNKNOWN_DATASET, UNKNOWN_SUPPORT_SET, UNKNOWN_ENCODER, UNKNOWN_SPACE,
 * SPACE_NOT_AVAILABLE or EMPTY_LIST with the argument at fault.
 */
export function createOverlap(context: OverlapContext): (input: OverlapInput) => Promise<OverlapReport> {
  const { store, encoders, registry, kernels, encodedData } = context

  /** The dataset, the encoder, and a function that encodes the images on which spaces are fitted. */
  async function resolve(input: OverlapInput) {
    if ((input.dataset == null) === (input.supportSet == null)) {
      throw errors.invalidValue({ reason: 'Give exactly one of dataset and supportSet.' })
    }
    if (input.supportSet != null) {
      const supportSet = await store.supportSets.get(input.supportSet)
      if (!supportSet) throw errors.unknownSupportSet({ id: input.supportSet }, 'supportSet')
      const encoder = encoders.get(input.encoder ?? supportSet.encoder, 'encoder')
      const fitOn = (bases: readonly string[]) => encodedData.support(supportSet, encoder, bases)
      return { datasetId: supportSet.datasetId, encoder, fitOn }
    }
    const dataset = await store.datasets.get(input.dataset ?? '')
    if (!dataset) throw errors.unknownDataset({ id: input.dataset ?? '' }, 'dataset')
    const encoder = encoders.get(input.encoder, 'encoder')
    const pool = await store.datasets.images(dataset.id, 'SUPPORT_POOL')
    const fitOn = (bases: readonly string[]) => encodedData.labelled(pool, encoder, bases)
    return { datasetId: dataset.id, encoder, fitOn, pool }
  }

  /** The spaces of an encoder. Those that need other images of it are available only if there are any. */
  async function availableSpaces(encoder: Encoder, generic: () => Promise<unknown>): Promise<FeatureSpace[]> {
    const all = spacesOf(encoder, registry)
    const isKnown = all.some(({ usesGeneric }) => usesGeneric) && (await generic()) !== null
    return all.filter(({ usesGeneric }) => !usesGeneric || isKnown)
  }

  return async (input) => {
    if (!(Number.isInteger(input.bins) && input.bins >= 1 && input.bins <= maxBins)) {
      throw errors.invalidValue({ reason: `bins must be from 1 to ${maxBins}, not ${input.bins}.` }, 'bins')
    }
    const { datasetId, encoder, fitOn, pool } = await resolve(input)
    const generic = once(() => encodedData.generic(encoder, datasetId))
    const ids = input.spaces ?? (await availableSpaces(encoder, generic)).map(({ id }) => id)
    const spaces = ids.map((id, i) => {
      const space = registry.space(id, `spaces[${i}]`)
      if (!encoder.spaces.includes(space.base)) {
        throw errors.spaceNotAvailable({ space: space.id, encoder: encoder.id }, `spaces[${i}]`)
      }
      if (space.fit && pool && pool.length === 0) {
        throw errors.invalidValue(
          { reason: `${space.id} is fitted on the support pool, which is empty.` },
          `spaces[${i}]`,
        )
      }
      return space
    })
    if (spaces.length === 0) throw errors.emptyList({ what: 'space' }, 'spaces')
    const images: readonly DatasetImageRow[] = await store.datasets.images(datasetId, input.split)
    const rows = await encodedData.classes(datasetId)
    if (new Set(images.map(({ classIndex }) => classIndex)).size < 2) {
      throw errors.invalidValue({ reason: 'The split has images of fewer than two classes.' }, 'split')
    }
    const bases = [...new Set(spaces.map(({ base }) => base))]
    const { features, labels } = await encodedData.labelled(images, encoder, bases)
    const fittedOn = spaces.some(({ fit }) => fit) ? await fitOn(bases) : undefined

    const textClassifier = await encodedData.textClassifier(encoder, rows)
    const measured: (Overlap & { space: string })[] = []
    for (const space of spaces) {
      const all = featuresOf(features, space.base)
      const support = { ...(fittedOn ?? { features, labels }), textClassifier, generic }
      const { project } = await fitSpace(space, await supportIn(support, space), kernels)
      const classes = rows.length
      const overlap = await measureOverlap({
        features: await project(all),
        labels,
        classes,
        bins: input.bins,
        kernels,
      })
      measured.push({ ...overlap, space: space.id })
    }
    const modalityGap = await modalityGapOf(featuresOf(features, 'clip'), labels, textClassifier, kernels)
    return { datasetId, encoder: encoder.id, spaces: measured, modalityGap }
  }
}
