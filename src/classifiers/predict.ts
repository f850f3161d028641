import { LRUCache } from 'lru-cache'
import type { Batch } from '../cache/batch.js'
import type { SpaceFeatures, Support } from '../cache/cache.js'
import { type Caches, createCaches } from '../cache/caches.js'
import { type ChosenMethod, chooseMethods, type MethodChoice } from '../comparisons/method-choice.js'
import type { Materials } from '../datasets/encoded-data.js'
import { type ImageInput, type ReadImage, readImageInput } from '../datasets/image-input.js'
import type { Encoder } from '../encoders/encoder.js'
import type { Encoders } from '../encoders/encoders.js'
import { errors, ShotboardError } from '../errors.js'
import { type FittedMethod, fitMethod, scoreQueries } from '../evaluation/fit.js'
import { softmax } from '../evaluation/metrics.js'
import type { Selection } from '../evaluation/protocol.js'
import type { Scores } from '../methods/score.js'
import type { Registry } from '../plugins/registry.js'
import type { ClassRow } from '../store/datasets.js'
import type { ImageFiles } from '../store/image-files.js'
import type { Store } from '../store/store.js'
import type { SupportImageRow, SupportSetRow } from '../store/support-sets.js'
import { fingerprintOf } from '../system/fingerprint.js'
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
  /** The best classes, the best first. */
  readonly top: readonly ClassScore[]
  /** The support images nearest in the method's space, the nearest first; none where it compares no images. */
  nearest(first: number): Neighbour[]
  /** What scoring took, for each of the images that were scored together. */
  readonly milliseconds: number
}

export interface ClassScore {
  readonly class: ClassRow
  readonly probability: number
  readonly logit: number
  /** What each term added to the logit. */
  readonly contributions: readonly { readonly term: string; readonly value: number }[]
}

export interface Neighbour {
  readonly imageId: string
  readonly class: ClassRow
  readonly similarity: number
}

export interface PredictContext {
  readonly store: Store
  readonly imageFiles: ImageFiles
  readonly encoders: Encoders
  readonly registry: Registry
  readonly kernels: Kernels
  readonly materials: Materials
  readonly maxMegapixels: number
}

/** Fitted methods kept in memory, so that the next prediction on the same support set need not fit again. */
const keptFits = 64
/** Support sets kept with their caches, so that methods of one space share its fit. */
const keptSupports = 8

/** Classifies images now. Deterministic; stores nothing. Throws what is wrong with the argument at fault. */
export function createPredict(context: PredictContext): (input: PredictInput) => Promise<ImagePrediction[]> {
  const { store, encoders, registry, materials, kernels } = context
  const fits = new LRUCache<string, Promise<FittedMethod>>({ max: keptFits })

  const supports = new LRUCache<string, Promise<{ support: Support; caches: Caches }>>({ max: keptSupports })

  /** A support set's caches in the encoder's spaces that methods of one request start from. */
  async function cachedSupport(supportSet: SupportSetRow, encoder: Encoder, bases: readonly string[]) {
    const key = fingerprintOf([
      [supportSet.id, encoder.id, bases.map((base) => encoder.fingerprintOf(base)), bases],
      await materials.classes(supportSet.datasetId),
    ])
    const known = supports.get(key)
    if (known) return known
    const loading = materials
      .support(supportSet, encoder, bases)
      .then((support) => ({ support, caches: createCaches(support, kernels) }))
    supports.set(key, loading)
    loading.catch(() => supports.delete(key))
    return loading
  }

  async function fittedFor(
    chosen: ChosenMethod,
    supportSet: SupportSetRow,
    encoder: Encoder,
    selection: Selection,
    bases: readonly string[],
  ) {
    const { method, fixed } = chosen
    const space = spaceOf(chosen)
    const { datasetId } = supportSet
    const validation = selection === 'VALIDATION' ? await store.datasets.images(datasetId, 'VALIDATION') : []
    if (selection === 'VALIDATION' && validation.length === 0) {
      const [dataset] = await store.datasets.byIds([datasetId])
      throw errors.noValidationSplit({ dataset: dataset?.name ?? datasetId }, 'selection')
    }
    const key = fingerprintOf([
      [supportSet.id, encoder.id, encoder.fingerprintOf(space.base)],
      [method.id, space.id, selection, fixed, validation],
      await materials.classes(datasetId),
    ])
    const known = fits.get(key)
    if (known) return known
    const fitting = (async () =>
      fitMethod({
        method,
        space,
        ...(await cachedSupport(supportSet, encoder, bases)),
        selection,
        ...(selection === 'VALIDATION' && {
          validation: await materials.labelled(validation, encoder, [space.base]),
        }),
        fixed,
        kernels,
      }))()
    fits.set(key, fitting)
    fitting.catch(() => fits.delete(key))
    return fitting
  }

  const spaceOf = ({ space }: ChosenMethod) => space ?? registry.space('clip')

  return async (input) => {
    const [supportSet] = await store.supportSets.byIds([input.supportSet])
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
    const images = await Promise.all(
      input.images.map((image, i) =>
        readImageInput(image, context).catch((error: unknown) => {
          throw error instanceof ShotboardError ? error.at(`images[${i}]`) : error
        }),
      ),
    )
    const classes = await materials.classes(supportSet.datasetId)
    const keys = (await store.supportSets.images([supportSet.id])).get(supportSet.id) ?? []
    const spaces = [...new Set(['clip', ...chosen.map((each) => spaceOf(each).base)])].sort()
    // Before methods are fitted: this finds images that are broken behind their headers.
    const features = await encoder.encodeImages(
      images.map(({ id, bytes }) => ({ id, read: () => Promise.resolve(bytes) })),
      { spaces },
    )
    const fitted = await Promise.all(
      chosen.map((each) => fittedFor(each, supportSet, encoder, input.selection, spaces)),
    )
    const byMethod: MethodPrediction[][] = []
    for (const [i, each] of fitted.entries()) {
      const space = chosen[i]?.space?.id ?? null
      byMethod.push(await predictionsOf(each, space, features, { classes, keys, topK: input.topK }))
    }
    return images.map((image, i) => ({
      image,
      predictions: byMethod.map((predictions) => predictions[i] as MethodPrediction),
    }))
  }
}

interface Description {
  readonly classes: readonly ClassRow[]
  /** The support images in the order in which they were drawn. */
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
      top: topOf(scores, i, description),
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

function topOf({ logits, contributions }: Scores, i: number, { classes, topK }: Description): ClassScore[] {
  const at = i * logits.columns
  const row = logits.data.subarray(at, at + logits.columns)
  const probabilities = softmax(row)
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

/** Positions by value, the greatest first, the first among equals. */
function descending(values: Float32Array): number[] {
  return Array.from(values.keys()).sort((a, b) => (values[b] as number) - (values[a] as number) || a - b)
}
