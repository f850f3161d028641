import { type FitOptions, type FittedMethod, fitMethod, scoreQueries } from './fit.js'
import { createTally, type Measures } from './metrics.js'
import type { KlScaling, Labelled } from './protocol.js'

export interface EvaluationOptions extends FitOptions {
  readonly test: Labelled
  readonly klScaling?: KlScaling
}

export interface Evaluation extends Measures {
  readonly fitted: FittedMethod
  readonly scoreMs: number
}

/** Fits a method to a support set and measures it on test images, which the fit never sees. Throws as `fitMethod`. */
export async function evaluate(options: EvaluationOptions): Promise<Evaluation> {
  const { test, klScaling = 'FROZEN' } = options
  const fitted = await fitMethod(options)
  const started = performance.now()
  const tally = createTally()
  for await (const { batch, scores } of scoreQueries(fitted, test.features, klScaling)) {
    tally.add(scores.logits, test.labels.subarray(batch.from, batch.from + batch.rows))
  }
  const measures = tally.finish()
  return { ...measures, fitted, scoreMs: performance.now() - started }
}
