import { type Caches, createCaches } from '../cache/caches.js'
import type { Batch, Cache } from '../cache/contract.js'
import { leaveHalfOut, leaveOneOut } from '../cache/leave-one-out.js'
import { errors } from '../errors.js'
import { type LabelledImages, selectLabelled } from '../features/labelled-images.js'
import type { SpaceFeatures } from '../features/space-features.js'
import type { Support } from '../features/support.js'
import { defaultsOf, type Method, parametersIn, spaceValuesIn, type Values } from '../methods/contract.js'
import {
  batchesOf,
  rangesOver,
  readingOf,
  requireNeeds,
  requireProjectedTexts,
  type Scores,
  scoreBatch,
  type TermRanges,
} from '../methods/score.js'
import type { FeatureSpace } from '../spaces/contract.js'
import { untilCancelledEach } from '../system/abort.js'
import type { Kernels } from '../tensor/kernels.js'
import { type Matrix, matrix, rowOf } from '../tensor/matrix.js'
import { carryTemperature } from './carried-temperature.js'
import { meanConfidence } from './confidence-match.js'
import { type Calibration, levelled, probabilitiesOf, typicalSpreadOf } from './probabilities.js'
import type { KlScaling, Search, Selection } from './protocol.js'
import { checkValues, type Grid, gridOf, valuesAt } from './search/grid.js'
import { halvingRounds, searchByHalving } from './search/halving.js'
import { type SearchResult, type SelectionData, search, shapeAxes } from './search/search.js'
import { createSearchClock, type SearchEstimate } from './search/search-clock.js'
import { fitTemperature, type LabelledLogits } from './temperature.js'
import { temperatureByTexts, temperatureOfConfidence } from './text-temperature.js'

export interface FitOptions {
  readonly method: Method
  /** The feature space; any space for a method that does not compare images. */
  readonly space: FeatureSpace
  readonly support: Support
  /** The caches of the support set; some may already be built. */
  readonly caches?: Caches
  readonly selection: Selection
  /** Required if `selection` is VALIDATION. */
  readonly validation?: LabelledImages
  /** Fixed hyperparameters. The others are selected, or take their defaults. */
  readonly fixed?: Values
  /**
   * Grids to search instead of the method's own. Hyperparameters of the space are searched only if they have a grid
   * here.
   */
  readonly grids?: Readonly<Record<string, readonly number[]>>
  readonly kernels: Kernels
  /** EXACT by default. */
  readonly search?: Search
  /** False where nobody asks for probabilities: the temperature is 1 then, and the fit takes less time. True by default. */
  readonly calibrated?: boolean
  /** Called with the share of the search that is done, from 0 to 1. */
  readonly onProgress?: (share: number) => void
  /** Called with how long the search is expected to take, once two seconds of it let know. */
  readonly onEstimate?: (estimate: SearchEstimate) => void
  /** A search that is expected to take longer ends with SEARCH_TOO_LONG; see `createSearchClock`. */
  readonly maxSearchMs?: number
  readonly signal?: AbortSignal
}

/** A method that is ready to score, with its cache, hyperparameters and frozen ranges. */
export interface FittedMethod extends Calibration {
  readonly method: Method
  readonly cache: Cache
  readonly values: Values
  readonly ranges: TermRanges
  /** The number of labelled images used for selection; 0 if there were none. */
  readonly selectionImages: number
  /** The accuracy on them with the selected values, in percent; null if there were none. */
  readonly selectionAccuracy: number | null
  /**
   * What the logits of a typical image are divided by before softmax, so that probabilities are as often right as they say; fitted on the images
   * of the selection, or leaving each support image out. If none can be
   * left out, the texts say how sure it may be; 1 without texts.
   */
  readonly temperature: number
  /** Of the images that the temperature was fitted on; null if there were none. */
  readonly typicalSpread: number | null
  /**
   * Of transductive methods alone: the mean confidence with the temperature that was fitted. Their logits depend on how many images
   * are decided together, so images that are get the temperature with the same mean confidence; see `scoreQueries`.
   */
  readonly confidence?: number
  /**
   * [m]: the probability of the true class of the images that the temperature was fitted on; empty if there are none. The
   * thresholds of prediction sets are its quantiles.
   */
  readonly calibration: Float64Array
  /** Milliseconds for ranges, search and temperature, including the terms but not the fit of the space. */
  readonly searchMs: number
}

/**
 * Fits a method to a support set: builds the cache, freezes the ranges of its terms, and selects its hyperparameters.
 *
 * With LEAVE_ONE_OUT, images whose class has no other key are not used: without its own key nothing supports the
 * image's class, so it could only vote against the cache. At one shot this applies to every image. Then the defaults
 * are used, and `selectionImages` is 0.
 *
 * The ranges are computed once, over the validation images, or over all folds of leave-one-out, which then share them.
 * They use no labels, and the fitted method scores with the same ranges that it was selected with.
 *
 * Throws TEXT_FEATURES_REQUIRED, PROMPTS_REQUIRED, PATCHES_REQUIRED, TEXTS_NOT_IN_SPACE, SPACE_NOT_AVAILABLE, UNKNOWN_HYPERPARAMETER, HYPERPARAMETER_OUT_OF_RANGE, SEARCH_TOO_LONG, CANCELLED.
 */
export async function fitMethod(options: FitOptions): Promise<FittedMethod> {
  const { method, space, support, selection, kernels, fixed = {}, grids = {} } = options
  requireNeeds(method, support)
  const parameters = parametersIn(method, space)
  checkValues(parameters, fixed)
  const own = (name: string) =>
    Object.hasOwn(method.hyperparameters, name) || !Object.hasOwn(parameters.hyperparameters, name)
  const grid = gridOf(method, { fixed: pick(fixed, own), narrowed: pick(grids, own) })
  const caches = options.caches ?? createCaches(support, kernels)
  const searched = selection === 'NONE' ? {} : pick(grids, (name) => !own(name))
  let best: FittedMethod | undefined
  for (const values of spacePoints(
    method,
    space,
    pick(fixed, (name) => !own(name)),
    searched,
  )) {
    const fitted = await fitIn(
      await caches.in(space, spaceValuesIn(method, space, values)),
      values,
      grid,
      options,
    )
    const searchMs: number = (best?.searchMs ?? 0) + fitted.searchMs
    const better = best === undefined || (fitted.selectionAccuracy ?? 0) > (best.selectionAccuracy ?? 0)
    best = { ...(better || best === undefined ? fitted : best), searchMs }
    // Without usable images, no value is better than the first.
    if (fitted.selectionImages === 0) break
  }
  if (best === undefined) throw new Error('a grid has at least one point')
  return best
}

/** Fits a method on a cache whose space is already fitted at the given values. */
async function fitIn(
  cache: Cache,
  spaceValues: Values,
  grid: Grid,
  options: FitOptions,
): Promise<FittedMethod> {
  const { method, selection, calibrated = true, signal } = options
  requireProjectedTexts(method, cache)
  const started = performance.now()
  const data = selectionData(options, cache)
  const batches = () => untilCancelledEach(signal, data.batches())
  const ranges = await rangesOver(method, batches())
  const calibration = (at: Values) =>
    calibrated ? calibrate({ method, cache, values: at, ranges }, data, signal) : uncalibrated

  const images = selection === 'NONE' ? 0 : data.labels.reduce((n, label) => n + (label >= 0 ? 1 : 0), 0)
  if (images === 0) {
    const values = { ...defaultsOf(method), ...spaceValues, ...options.fixed }
    return {
      ...{ method, cache, values, ranges, ...(await calibration(values)) },
      ...{ selectionImages: 0, selectionAccuracy: null, searchMs: performance.now() - started },
    }
  }
  const { values, correct } = await searchGrid({ method, grid, data, ranges, options })
  const best = { ...values, ...spaceValues }
  return {
    ...{ method, cache, values: best, ranges, ...(await calibration(best)) },
    selectionImages: images,
    selectionAccuracy: (100 * correct) / images,
    searchMs: performance.now() - started,
  }
}

/** Searches a grid as the options say, and tells how far it is. */
async function searchGrid(given: {
  readonly method: Method
  readonly grid: Grid
  readonly data: RepeatableData
  readonly ranges: TermRanges
  readonly options: FitOptions
}): Promise<SearchResult> {
  const { method, grid, data, ranges, options } = given
  const { search: kind = 'EXACT', onProgress, onEstimate, maxSearchMs, signal } = options
  const iterated = ({ batches, labels }: Pick<RepeatableData, 'batches' | 'labels'>): SelectionData => ({
    // A search by halving reads them again in every round.
    batches: { [Symbol.asyncIterator]: () => untilCancelledEach(signal, batches())[Symbol.asyncIterator]() },
    labels,
  })
  const shapes = shapeAxes(grid).reduce((product, { values }) => product * values.length, 1)
  const parts = kind === 'HALVING' ? data.parts() : []
  const images = data.labels.length
  const rounds =
    kind === 'HALVING'
      ? halvingRounds({ shapes, parts: parts.length, images })
      : [{ shapes, parts: 1, kept: 1 }]
  const all = Math.max(1, parts.length)
  const clock = createSearchClock({
    ...{ method: method.id, shapes, images },
    work: rounds.reduce((sum, round) => sum + (round.shapes * images * round.parts) / all, 0),
    ...(maxSearchMs !== undefined && { maxMs: maxSearchMs }),
    ...(onEstimate && { onEstimate }),
  })
  const searching = {
    ...{ method, grid, ranges, data: iterated(data) },
    onScored(scored: number) {
      const share = clock.add(scored)
      onProgress?.(share)
    },
    ...(signal && { signal }),
  }
  return kind === 'HALVING'
    ? searchByHalving({ ...searching, parts: parts.map(iterated) })
    : search(searching)
}

const uncalibrated = { temperature: 1, typicalSpread: null, calibration: new Float64Array() }

/** At most this many images decide the temperature, evenly spread; more make it no better. */
const maxTemperatureImages = 2048

/**
 * The temperature, and the probabilities of true classes. Images that were left out are scored by smaller caches, whose logits
 * have a scale of their own: their probabilities have the temperature that is fitted to them, and the method's is carried
 * over to the whole cache. Where no image can be left out, the texts have to say it.
 */
async function calibrate(
  { method, cache, values, ranges }: Pick<FittedMethod, 'method' | 'cache' | 'values' | 'ranges'>,
  data: RepeatableData,
  signal: AbortSignal | undefined,
): Promise<Calibration & Pick<FittedMethod, 'confidence' | 'calibration'>> {
  const score = async (batch: Batch) => (await scoreBatch(method, batch, values, ranges)).logits
  const confidenceAt = (logits: Matrix, temperature: number) =>
    method.transductive && { confidence: meanConfidence(logits, temperature) }
  const images = await scoreLabelled(score, data, signal)
  const typicalSpread = images && typicalSpreadOf(images.logits)
  const level = ({ logits, labels }: LabelledLogits) => ({ logits: levelled(logits, typicalSpread), labels })
  const own = images && fitTemperature(level(images))
  if (images === null || own === null) {
    const all = { batches: data.batches, labels: data.classes }
    const logits = cache.textClassifier && (await scoreLabelled(score, all, signal))
    const texts = logits && (await scoreLabelled(textLogits, all, signal))
    const temperature = logits && texts ? temperatureByTexts(logits.logits, texts) : 1
    return {
      ...(logits && confidenceAt(logits.logits, temperature)),
      temperature,
      typicalSpread: null,
      calibration: new Float64Array(),
    }
  }
  const { logits, labels } = images
  const calibration = Float64Array.from(
    labels,
    (label, i) => probabilitiesOf(rowOf(logits, i), { temperature: own, typicalSpread })[label] as number,
  )
  const fewer = data.fewer && (await scoreLabelled(score, data.fewer, signal))
  const even = level(images)
  const temperature =
    data.fewer && fewer
      ? carryTemperature({
          temperature: own,
          logits: even.logits,
          fewer: level(fewer),
          steps: data.fewer.steps,
        })
      : own
  return { ...confidenceAt(even.logits, own), temperature, typicalSpread, calibration }
}

/** The zero-shot logits of a batch, [n, C]. */
async function textLogits(batch: Batch): Promise<Matrix> {
  const { rows, columns, data } = await batch.textSimilarities()
  return matrix(
    rows,
    columns,
    data.map((cosine) => batch.cache.logitScale * cosine),
  )
}

/** The logits of images whose label is not negative, at most as many as decide a temperature; null if there are none. */
async function scoreLabelled(
  score: (batch: Batch) => Promise<Matrix>,
  { batches, labels }: Pick<RepeatableData, 'batches' | 'labels'>,
  signal: AbortSignal | undefined,
): Promise<LabelledLogits | null> {
  const labelled = labels.reduce((count, label) => count + (label >= 0 ? 1 : 0), 0)
  if (labelled === 0) return null
  const step = Math.ceil(labelled / maxTemperatureImages)
  const [rows, classes]: [Float32Array[], number[]] = [[], []]
  let [image, seen, columns] = [0, 0, 0]
  for await (const batch of untilCancelledEach(signal, batches())) {
    const logits = await score(batch)
    columns = logits.columns
    for (let i = 0; i < batch.rows; i++) {
      const label = labels[image++] as number
      if (label < 0 || seen++ % step > 0) continue
      rows.push(logits.data.slice(i * columns, (i + 1) * columns))
      classes.push(label)
    }
  }
  const data = new Float32Array(rows.length * columns)
  for (const [i, row] of rows.entries()) data.set(row, i * columns)
  return { logits: { rows: rows.length, columns, data }, labels: Int32Array.from(classes) }
}

/**
 * The values of the space's hyperparameters to search: the whole requested grid, or else the fixed value or the
 * default.
 */
function* spacePoints(
  method: Method,
  space: FeatureSpace,
  fixed: Values,
  grids: Readonly<Record<string, readonly number[]>>,
): Generator<Values> {
  const { id, hyperparameters } = parametersIn(method, space)
  const ofSpace = {
    id,
    hyperparameters: pick(hyperparameters, (name) => !Object.hasOwn(method.hyperparameters, name)),
  }
  const settled = pick(defaultsOf(ofSpace), (name) => !Object.hasOwn(grids, name))
  const grid = gridOf(ofSpace, { fixed: { ...settled, ...fixed }, narrowed: grids })
  for (let point = 0; point < grid.points; point++) yield valuesAt(grid, point)
}

/** The entries with these names. */
const pick = <T>(record: Readonly<Record<string, T>>, wanted: (name: string) => boolean): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => wanted(name)))

/**
 * Scores queries in chunks, or all together if the method is transductive. With klScaling BATCH the ranges are first computed over all these queries, like the
 * published code. `temperature` is that of the method, or where images are decided together, that with its `confidence`. Throws
 * CANCELLED.
 */
export async function* scoreQueries(
  { method, cache, values, ranges, temperature, typicalSpread, confidence }: FittedMethod,
  queries: SpaceFeatures,
  klScaling: KlScaling = 'FROZEN',
  signal?: AbortSignal,
): AsyncGenerator<{ readonly batch: Batch; readonly scores: Scores; readonly temperature: number }> {
  const batches = () => untilCancelledEach(signal, batchesOf(method, cache, queries))
  const scaling = klScaling === 'FROZEN' ? ranges : await rangesOver(method, batches())
  for await (const batch of batches()) {
    const scores = await scoreBatch(method, batch, values, scaling)
    const isTogether = confidence !== undefined && batch.rows > 1
    yield {
      ...{ batch, scores },
      temperature: isTogether
        ? temperatureOfConfidence(levelled(scores.logits, typicalSpread), confidence)
        : temperature,
    }
  }
}

interface RepeatableData {
  /** Starts from the beginning at every call. */
  readonly batches: () => Iterable<Batch> | AsyncIterable<Batch>
  readonly labels: Int32Array
  /** The classes of all images, also of those that have no label because their class has no other key. */
  readonly classes: Int32Array
  /** Disjoint parts of the images: the folds of leave-one-out, or every so manieth image of each class. */
  readonly parts: () => readonly Pick<RepeatableData, 'batches' | 'labels'>[]
  /**
   * The same images scored by caches with fewer keys, and how many steps as that from these to the images' own it is to the
   * whole cache. Only where images are left out.
   */
  readonly fewer?: Pick<RepeatableData, 'batches' | 'labels'> & { readonly steps: number }
}

const meanInverse = (counts: readonly number[]): number =>
  counts.reduce((sum, count) => sum + 1 / count, 0) / counts.length

/** The number of parts of validation images. */
const validationParts = 16

/** The images that a protocol uses for selection and ranges. */
function selectionData(options: FitOptions, cache: Cache): RepeatableData {
  const { method, support, selection, validation, signal } = options
  if (selection === 'VALIDATION') {
    if (!validation) throw errors.noValidationSplit({ dataset: 'given' })
    const part = (rows: readonly number[]) => {
      const { features, labels } = selectLabelled(validation, rows)
      return { batches: () => batchesOf(method, cache, features), labels }
    }
    return {
      batches: () => batchesOf(method, cache, validation.features),
      labels: validation.labels,
      classes: validation.labels,
      parts: () => partsOf(validation.labels).map(part),
    }
  }
  const { images, batches, folds, inverseKeys } = leaveOneOut(support, cache)
  const usable = (label: number) => (cache.counts[label] as number) > 1
  const labels = images.map((image) => support.labels[image] as number)
  const reading = { ...readingOf(method), ...(signal && { signal }) }
  const usableLabels = (of: Int32Array) => of.map((label) => (usable(label) ? label : -1))
  const half = leaveHalfOut(support, cache)
  const whole = meanInverse(Array.from(images, (image) => cache.counts[support.labels[image] as number] ?? 0))
  const [towards, back] = [inverseKeys - whole, half.inverseKeys - inverseKeys]
  return {
    batches: () => batches(reading),
    labels: usableLabels(labels),
    classes: labels,
    // At two shots, one image is half of them.
    ...(back > 1e-9 && {
      fewer: {
        batches: () => half.batches(reading),
        labels: usableLabels(half.images.map((image) => support.labels[image] as number)),
        steps: towards / back,
      },
    }),
    parts: () =>
      folds.map((scored, fold) => ({
        batches: () => batches({ ...reading, fold }),
        labels: usableLabels(scored.map((image) => support.labels[image] as number)),
      })),
  }
}

/** Every so manieth image of each class, so that every part has about as many of each. */
function partsOf(labels: Int32Array): number[][] {
  const order = [...labels.keys()].sort((a, b) => (labels[a] as number) - (labels[b] as number) || a - b)
  const count = Math.min(validationParts, labels.length)
  return Array.from({ length: count }, (_, part) => order.filter((_image, at) => at % count === part))
}
