import type { LabelledImages } from '../features/labelled-images.js'
import type { SpaceFeatures } from '../features/space-features.js'
import { rowOf } from '../tensor/matrix.js'
import { type FitOptions, type FittedMethod, fitMethod, scoreQueries } from './fit.js'
import { createTally, type MeasuredPredictions, type Tally } from './metrics.js'
import { setSizeOf, thresholdOf } from './prediction-set.js'
import type { Predictions } from './predictions.js'
import { probabilitiesOf } from './probabilities.js'
import type { KlScaling } from './protocol.js'

export interface EvaluationOptions extends FitOptions {
  readonly test: LabelledImages
  /** The fitted dataset's own test images, measured too if `test` is from another dataset. */
  readonly unshifted?: LabelledImages
  readonly klScaling?: KlScaling
  /** The coverage of prediction sets, in (0, 1); no sets without it. */
  readonly coverage?: number
  /** Features of images of no class, to measure how well they are told. */
  readonly unknown?: SpaceFeatures
}

export interface Evaluation extends MeasuredPredictions {
  readonly fitted: FittedMethod
  /** What logits of a typical test image were divided by before softmax. */
  readonly temperature: number
  /** On the unshifted test images; null if there are none. */
  readonly unshifted: MeasuredPredictions | null
  readonly scoreMs: number
}

/**
 * Fits a method to a support set and measures it on test images, which the fit never sees. Throws like `fitMethod`.
 */
export async function evaluate(options: EvaluationOptions): Promise<Evaluation> {
  const { test, unshifted, klScaling = 'FROZEN', coverage, unknown, signal } = options
  const fitted = await fitMethod(options)
  const threshold = coverage === undefined ? null : thresholdOf(fitted.calibration, coverage)
  const measuring = { fitted, threshold, klScaling, ...(signal && { signal }) }
  const started = performance.now()
  const { temperature, ...measures } = await measure(test, measuring)
  const scoreMs = performance.now() - started
  const own = unshifted ? await measure(unshifted, { ...measuring, threshold: null }) : null
  return {
    ...measures,
    ...(unknown && { unknown: await measureUnknown(unknown, { ...measuring, temperature }) }),
    ...{ fitted, temperature },
    unshifted: own,
    scoreMs,
  }
}

interface Measuring {
  readonly fitted: FittedMethod
  readonly threshold: number | null
  readonly klScaling: KlScaling
  readonly signal?: AbortSignal
}

async function measure(
  { features, labels }: LabelledImages,
  { fitted, threshold, klScaling, signal }: Measuring,
): Promise<MeasuredPredictions & { readonly temperature: number }> {
  const { typicalSpread } = fitted
  let used = fitted.temperature
  let tally: Tally | undefined
  for await (const { batch, scores, temperature } of scoreQueries(fitted, features, klScaling, signal)) {
    used = temperature
    tally ??= createTally({ temperature, typicalSpread, threshold })
    tally.add(scores.logits, labels.subarray(batch.from, batch.from + batch.rows))
  }
  return {
    ...(tally ?? createTally({ temperature: used, typicalSpread, threshold })).finish(),
    temperature: used,
  }
}

/** Images of no class, with the temperature of the test images: how sure the prediction is, and the sizes of their sets. */
async function measureUnknown(
  features: SpaceFeatures,
  { fitted, threshold, klScaling, signal, temperature }: Measuring & { readonly temperature: number },
): Promise<NonNullable<Predictions['unknown']>> {
  const confidence: number[] = []
  const setSize: number[] = []
  for await (const { scores } of scoreQueries(fitted, features, klScaling, signal)) {
    for (let i = 0; i < scores.logits.rows; i++) {
      const probabilities = probabilitiesOf(rowOf(scores.logits, i), {
        temperature,
        typicalSpread: fitted.typicalSpread,
      })
      confidence.push(probabilities.reduce((most, probability) => Math.max(most, probability), 0))
      if (threshold !== null) setSize.push(setSizeOf(probabilities, threshold))
    }
  }
  return {
    confidence: Float32Array.from(confidence),
    ...(threshold !== null && { setSize: Int32Array.from(setSize) }),
  }
}
