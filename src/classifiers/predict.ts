import { type Caches, createCaches } from '../cache/caches.js'
import type { Batch } from '../cache/contract.js'
import { type ChosenMethod, chooseMethods, type MethodChoice } from '../comparisons/method-choice.js'
import type { EncodedData } from '../datasets/encoded-data.js'
import { type ImageInput, type ReadImage, readImageInput } from '../datasets/image-input.js'
import type { Encoder } from '../encoders/encoder.js'
import type { Encoders } from '../encoders/encoders.js'
import { errors, ShotboardError } from '../errors.js'
import { type FittedMethod, fitMethod, scoreQueries } from '../evaluation/fit.js'
import { softmax } from '../evaluation/metrics.js'
import type { Selection } from '../evaluation/protocol.js'
import type { SpaceFeatures } from '../features/space-features.js'
import type { Support } from '../features/support.js'
import type { ImageWorkers } from '../images/workers/image-workers.js'
import type { Scores } from '../methods/score.js'
import type { Registry } from '../plugins/registry.js'
import type { ClassRow, DatasetImageRow } from '../store/datasets.js'
import type { ImageFiles } from '../store/image-files.js'
import type { Store } from '../store/store.js'
import type { SupportImageRow, SupportSetRow } from '../store/support-sets.js'
import { fingerprintOf } from '../system/fingerprint.js'
import { createPromiseCache } from '../system/promise-cache.js'
import type { Kernels } from '../tensor/kernels.js'

export interface PredictInput {
  readonly supportSet: string
  readonly images: readonly ImageInput[]
  readonly methods: readonly MethodChoice[]
  readonly selection: Selection
  readonly topK: number
}

export interface ImagePrediction {
  readonly image: ReadImage
  readonly predictions: readonly MethodPrediction[]
}

export interface MethodPrediction {
  readonly method: string
  readonly space: string | null
  readonly hyperparameters: Readonly<Record<string, number>>
  /** What logits are divided by before softmax; see `FittedMethod`. */
  readonly temperature: number
  /** The best `topK` classes, best first. */
  readonly top: readonly ClassScore[]
  /** The `first` support images nearest in the method's space, nearest first; empty if the method compares no images. */
  nearest(first: number): Neighbour[]
  /** The mean time of scoring one image. */
  readonly milliseconds: number
}

export interface ClassScore {
  readonly class: ClassRow
  /** Softmax of the logits divided by the temperature, from 0 to 1. */
  readonly probability: number
  readonly logit: number
  /** The contribution of each term to the logit. */
  readonly contributions: readonly { readonly term: string; readonly value: number }[]
}

export interface Neighbour {
  readonly imageId: string
  readonly class: ClassRow
  /** Cosine similarity in the method's space, from −1 to 1. */
  readonly similarity: number
}

export type Predict = (input: PredictInput) => Promise<ImagePrediction[]>

export interface PredictContext {
  readonly store: Store
  readonly imageFiles: ImageFiles
  readonly imageWorkers: ImageWorkers
  readonly encoders: Encoders
  readonly registry: Registry
  readonly kernels: Kernels
  readonly encodedData: EncodedData
  readonly maxMegapixels: number
}

/** Fitted methods cached in memory, so that later predictions on the same support set do not fit again. */
const maxFits = 64
/** Support sets cached in memory with their key-value caches, so that methods in one space share its fit. */
const maxSupports = 8

/** The data that the predictions of one request share. */
interface Request {
  readonly supportSet: SupportSetRow
  readonly encoder: Encoder
  readonly classes: readonly ClassRow[]
  readonly selection: Selection
  /** Empty unless `selection` is VALIDATION. */
  readonly validation: readonly DatasetImageRow[]
  /** The base spaces of the chosen methods. */
  readonly bases: readonly string[]
}

/**
 * Classifies images by a support set. Deterministic; stores nothing. Throws UNKNOWN_SUPPORT_SET, EMPTY_LIST, INVALID_VALUE,
 * NO_VALIDATION_SPLIT, UNKNOWN_ENCODER, and the errors of `chooseMethods` and `readImageInput`, with the argument at fault.
 */
export function createPredict(context: PredictContext): Predict {
  const { store, encoders, registry, encodedData, kernels } = context
  const fits = createPromiseCache<FittedMethod>(maxFits)
  const supports = createPromiseCache<{ support: Support; caches: Caches }>(maxSupports)

  const spaceOf = ({ space }: ChosenMethod) => space ?? registry.space('clip')

  const cachedSupport = ({ supportSet, encoder, classes, bases }: Request) =>
    supports.get(
      fingerprintOf([supportSet.id, encoder.id, bases.map(encoder.spaceFingerprint), bases, classes]),
      async () => {
        const support = await encodedData.support(supportSet, encoder, bases)
        return { support, caches: createCaches(support, kernels) }
      },
    )

  function fittedMethod({ method, space: chosen, fixed }: ChosenMethod, request: Request) {
    const { supportSet, encoder, classes, selection, validation } = request
    const space = spaceOf({ method, space: chosen, fixed })
    const key = fingerprintOf([
      [supportSet.id, encoder.id, encoder.spaceFingerprint(space.base)],
      [method.id, space.id, selection, fixed, validation],
      classes,
    ])
    return fits.get(key, async () =>
      fitMethod({
        method,
        space,
        ...(await cachedSupport(request)),
        selection,
        ...(selection === 'VALIDATION' && {
          validation: await encodedData.labelled(validation, encoder, [space.base]),
        }),
        fixed,
        kernels,
      }),
    )
  }

  /** The validation images to select hyperparameters on. Throws NO_VALIDATION_SPLIT. */
  async function validationImages(datasetId: string, selection: Selection) {
    if (selection !== 'VALIDATION') return []
    const images = await store.datasets.images(datasetId, 'VALIDATION')
    if (images.length > 0) return images
    const dataset = await store.datasets.get(datasetId)
    throw errors.noValidationSplit({ dataset: dataset?.name ?? datasetId }, 'selection')
  }

  return async (input) => {
    const supportSet = await store.supportSets.get(input.supportSet)
    if (!supportSet) throw errors.unknownSupportSet({ id: input.supportSet }, 'supportSet')
    if (input.images.length === 0) throw errors.emptyList({ what: 'image' }, 'images')
    if (!(Number.isInteger(input.topK) && input.topK >= 1)) {
      throw errors.invalidValue(
        { reason: `topK must be a whole number of at least 1, not ${input.topK}.` },
        'topK',
      )
    }
    const encoder = encoders.get(supportSet.encoder)
    const chosen = chooseMethods(input.methods, registry, encoder)
    const images = await readImages(input.images, context)
    const bases = [...new Set(['clip', ...chosen.map((each) => spaceOf(each).base)])].sort()
    // Images are encoded before methods are fitted: an image that cannot be decoded is found at once.
    const features = await encoder.encodeImages(
      images.map(({ id, bytes }) => ({ id, read: () => Promise.resolve(bytes) })),
      { spaces: bases },
    )
    const request: Request = {
      supportSet,
      encoder,
      classes: await encodedData.classes(supportSet.datasetId),
      selection: input.selection,
      validation: await validationImages(supportSet.datasetId, input.selection),
      bases,
    }
    const fitted = await Promise.all(chosen.map((each) => fittedMethod(each, request)))
    const description = {
      classes: request.classes,
      keys: await store.supportSets.images(supportSet.id),
      topK: input.topK,
    }
    const byMethod: MethodPrediction[][] = []
    for (const [i, each] of fitted.entries()) {
      byMethod.push(await predictionsOf(each, chosen[i]?.space?.id ?? null, features, description))
    }
    return images.map((image, i) => ({
      image,
      predictions: byMethod.map((predictions) => predictions[i] as MethodPrediction),
    }))
  }
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

interface Description {
  readonly classes: readonly ClassRow[]
  /** The support images, in the order of the draw. */
  readonly keys: readonly SupportImageRow[]
  readonly topK: number
}

/** One prediction for each query. */
async function predictionsOf(
  fitted: FittedMethod,
  space: string | null,
  features: SpaceFeatures,
  description: Description,
): Promise<MethodPrediction[]> {
  const started = performance.now()
  const scored: { batch: Batch; scores: Scores; affinities: Float32Array | null }[] = []
  for await (const { batch, scores } of scoreQueries(fitted, features)) {
    scored.push({ batch, scores, affinities: space === null ? null : (await batch.affinities()).data })
  }
  const images = scored.reduce((sum, { batch }) => sum + batch.rows, 0)
  const milliseconds = (performance.now() - started) / images
  return scored.flatMap(({ batch, scores, affinities }) =>
    Array.from({ length: batch.rows }, (_, i) => ({
      method: fitted.method.id,
      space,
      hyperparameters: fitted.values,
      temperature: fitted.temperature,
      top: topOf(scores, i, fitted.temperature, description),
      nearest: (first: number) => {
        const keys = batch.cache.labels.length
        return affinities === null
          ? []
          : nearestOf(affinities.subarray(i * keys, (i + 1) * keys), fitted, description, first)
      },
      milliseconds,
    })),
  )
}

function topOf(
  { logits, contributions }: Scores,
  i: number,
  temperature: number,
  { classes, topK }: Description,
): ClassScore[] {
  const at = i * logits.columns
  const row = logits.data.subarray(at, at + logits.columns)
  const probabilities = softmax(row, temperature)
  return descending(row)
    .slice(0, topK)
    .map((c) => ({
      class: classes[c] as ClassRow,
      probability: probabilities[c] as number,
      logit: row[c] as number,
      contributions: contributions.map(({ term, values }) => ({
        term,
        value: values.data[at + c] as number,
      })),
    }))
}

function nearestOf(
  affinities: Float32Array,
  { cache }: FittedMethod,
  { classes, keys }: Description,
  first: number,
): Neighbour[] {
  return descending(affinities)
    .slice(0, first)
    .map((s) => ({
      imageId: (keys[cache.order[s] as number] as SupportImageRow).imageId,
      class: classes[cache.labels[s] as number] as ClassRow,
      similarity: affinities[s] as number,
    }))
}

/** The positions sorted by value, largest first; equal values by position. */
function descending(values: Float32Array): number[] {
  return Array.from(values.keys()).sort((a, b) => (values[b] as number) - (values[a] as number) || a - b)
}
