import type { Batch } from '../cache/contract.js'
import { cacheWithout } from '../cache/leave-one-out.js'
import type { ShotboardError } from '../errors.js'
import { type FittedMethod, scoreQueries } from '../evaluation/fit.js'
import { predictionSet, requireCoverage, thresholdOf } from '../evaluation/prediction-set.js'
import { type Calibration, probabilitiesOf, temperatureOf } from '../evaluation/probabilities.js'
import { type SpaceFeatures, selectFeatures } from '../features/space-features.js'
import type { Support } from '../features/support.js'
import type { Scores } from '../methods/score.js'
import type { ClassRow } from '../store/datasets.js'
import type { SupportImageRow } from '../store/support-sets.js'
import { rowOf } from '../tensor/matrix.js'
import type { ScoringHead } from './scoring-head.js'

export interface MethodPrediction {
  readonly method: string
  readonly space: string | null
  /** The encoder whose features it compares. */
  readonly encoder: string
  readonly hyperparameters: Readonly<Record<string, number>>
  /** What the logits of this image are divided by before softmax; see `Calibration`. */
  readonly temperature: number
  /** The best `topK` classes, best first. */
  readonly top: readonly ClassScore[]
  /**
   * The classes that hold the true one with a probability of `coverage`, the most probable first; empty if none fits. Null if
   * no labelled image could be left out to fit it. Throws INVALID_VALUE for a coverage outside (0, 1).
   */
  set(coverage: number): readonly ClassRow[] | null
  /** The `first` support images nearest in the method's space, nearest first; empty if the method compares no images. */
  nearest(first: number): Promise<Neighbour[]>
  /** The mean time of scoring one image. */
  readonly milliseconds: number
  /** What the answer depends on besides the image, if the method decides for all images together; otherwise null. */
  readonly note: string | null
  /** Why the method gives no answer; null if it does. Then it has no classes and no neighbours. */
  readonly error: { readonly code: string; readonly message: string } | null
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

interface PredictionOptions {
  readonly fitted: FittedMethod
  /** The fitted method as one graph, if it has been joined; it scores images against all keys. */
  readonly head?: ScoringHead | null
  readonly encoder: string
  readonly space: string | null
  /** The images to classify. */
  readonly features: SpaceFeatures
  /** For each image its position in the support set, so that it is scored without its own key; −1 for others. */
  readonly ownKeys: readonly number[]
  readonly support: Support
  readonly classes: readonly ClassRow[]
  /** The support images, in the order of the draw. */
  readonly keys: readonly SupportImageRow[]
  readonly topK: number
}

/**
 * One prediction for each image. A transductive method decides for all of them together, except for support images, each of
 * which is alone against the others.
 */
export async function predictionsOf(options: PredictionOptions): Promise<MethodPrediction[]> {
  const { fitted, ownKeys, features, keys, support } = options
  const others = [...ownKeys.keys()].filter((i) => ownKeys[i] === -1)
  const predictions: MethodPrediction[] = []
  const queries = selectFeatures(features, others)
  const scoring = options.head?.score(queries) ?? scoreQueries(fitted, queries)
  const scored = await predict(scoring, fitted, keys, options)
  for (const [at, i] of others.entries()) predictions[i] = scored[at] as MethodPrediction
  for (const [i, own] of ownKeys.entries()) {
    if (own === -1) continue
    const { cache, kept } = await cacheWithout(own, support, fitted.cache)
    const without = Array.from(kept, (key) => keys[key] as SupportImageRow)
    const smaller = { ...fitted, cache }
    const alone = scoreQueries(smaller, selectFeatures(features, [i]))
    const [prediction] = await predict(alone, smaller, without, options)
    predictions[i] = prediction as MethodPrediction
  }
  return predictions
}

/** The predictions for images that are scored with a cache of the given keys. */
async function predict(
  scoring: ReturnType<ScoringHead['score']>,
  fitted: FittedMethod,
  keys: readonly SupportImageRow[],
  { encoder, space, classes, topK }: PredictionOptions,
): Promise<MethodPrediction[]> {
  const started = performance.now()
  const scored: { batch: Batch; scores: Scores; temperature: number }[] = []
  for await (const each of scoring) scored.push(each)
  const images = scored.reduce((sum, { batch }) => sum + batch.rows, 0)
  const milliseconds = (performance.now() - started) / images
  return scored.flatMap(({ batch, scores, temperature }) =>
    Array.from({ length: batch.rows }, (_, i) => ({
      ...{ method: fitted.method.id, space, encoder },
      hyperparameters: fitted.values,
      temperature: temperatureOf(rowOf(scores.logits, i), { ...fitted, temperature }),
      set: (coverage) => setOf(scores, i, { ...fitted, temperature }, classes, coverage),
      top: topOf(scores, i, { ...fitted, temperature }, classes, topK),
      async nearest(first: number) {
        if (space === null) return []
        const { data } = await batch.affinities()
        const own = data.subarray(i * keys.length, (i + 1) * keys.length)
        return nearestOf(own, fitted, keys, classes, first)
      },
      milliseconds,
      note: noteOf(fitted, images),
      error: null,
    })),
  )
}

/** Says with how many others a transductive method has decided for an image; alone, what it then is. */
function noteOf({ method: { transductive } }: FittedMethod, images: number): string | null {
  if (!transductive) return null
  if (images === 1) return `Decided for this image alone. ${transductive.alone}`
  return `Decided together with ${images === 2 ? 'one other image' : `${images - 1} other images`} of the request.`
}

function setOf(
  { logits }: Scores,
  i: number,
  fitted: FittedMethod,
  classes: readonly ClassRow[],
  coverage: number,
): readonly ClassRow[] | null {
  requireCoverage(coverage)
  const threshold = thresholdOf(fitted.calibration, coverage)
  if (threshold === null) return null
  return predictionSet(probabilitiesOf(rowOf(logits, i), fitted), threshold).map(
    (c) => classes[c] as ClassRow,
  )
}

/** The answer of a method that failed. */
export const failedPrediction = (
  of: Pick<MethodPrediction, 'method' | 'space' | 'encoder'>,
  { code, message }: ShotboardError,
): MethodPrediction => ({
  ...of,
  hyperparameters: {},
  temperature: 1,
  top: [],
  set: () => null,
  nearest: async () => [],
  milliseconds: 0,
  note: null,
  error: { code, message },
})

function topOf(
  { logits, contributions }: Scores,
  i: number,
  calibration: Calibration,
  classes: readonly ClassRow[],
  topK: number,
): ClassScore[] {
  const at = i * logits.columns
  const row = logits.data.subarray(at, at + logits.columns)
  const probabilities = probabilitiesOf(row, calibration)
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
  keys: readonly SupportImageRow[],
  classes: readonly ClassRow[],
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
