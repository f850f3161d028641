import type { LabelledImages } from '../features/labelled-images.js'
import { type FitOptions, type FittedMethod, fitMethod, scoreQueries } from './fit.js'
import { createTally, type MeasuredPredictions } from './metrics.js'
import type { KlScaling } from './protocol.js'

export interface EvaluationOptions extends FitOptions {
  readonly test: LabelledImages
  /** The fitted dataset's own test images, measured too if `test` is from another dataset. */
  readonly unshifted?: LabelledImages
  readonly klScaling?: KlScaling
}

export interface Evaluation extends MeasuredPredictions {
  readonly fitted: FittedMethod
  /** On the unshifted test images; null if there are none. */
  readonly unshifted: MeasuredPredictions | null
  readonly scoreMs: number
}

/**
 * Fits a method to a support set and measures it on test images, which the fit never sees. Throws like `fitMethod`.
 */
export async function evaluate(options: EvaluationOptions): Promise<Evaluation> {
  const { test, unshifted, klScaling = 'FROZEN', signal } = options
  const fitted = await fitMethod(options)
  const started = performance.now()
  const measures = await measure(fitted, test, klScaling, signal)
  const scoreMs = performance.now() - started
  const own = unshifted ? await measure(fitted, unshifted, klScaling, signal) : null
  return { ...measures, fitted, unshifted: own, scoreMs }
}

async function measure(
  fitted: FittedMethod,
  { features, labels }: LabelledImages,
  klScaling: KlScaling,
  signal: AbortSignal | undefined,
): Promise<MeasuredPredictions> {
  const tally = createTally(fitted.temperature)
  for await (const { batch, scores } of scoreQueries(fitted, features, klScaling, signal)) {
    tally.add(scores.logits, labels.subarray(batch.from, batch.from + batch.rows))
  }
  return tally.finish()
}
