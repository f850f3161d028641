import { buildCache } from '../cache/cache.js'
import { type Support, selectSupport } from '../features/support.js'
import { defaultsOf, type Method, parametersIn, spaceValuesIn } from '../methods/contract.js'
import { batchesOf, rangesOver, requireNeeds } from '../methods/score.js'
import { type FeatureSpace, spaceAt } from '../spaces/contract.js'
import type { Kernels } from '../tensor/kernels.js'
import { matrix, rowOf } from '../tensor/matrix.js'
import { type FittedMethod, scoreQueries } from './fit.js'
import { fitTemperature } from './temperature.js'

export interface QuickFit {
  readonly method: Method
  readonly space: FeatureSpace
  /** There may be no images, and classes without any. */
  readonly support: Support
  readonly kernels: Kernels
}

/**
 * Fits a method with its default hyperparameters, for answers while images are labelled: two fits of the space, where
 * `fitMethod` makes one for each image that a class has. The temperature is fitted on every other image of each class, answered
 * by the rest, so it is a little too careful; 1 if there are fewer than two such images. Throws TEXT_FEATURES_REQUIRED, PROMPTS_REQUIRED,
 * PATCHES_REQUIRED and SPACE_NOT_AVAILABLE.
 */
export async function fitQuickly(quick: QuickFit): Promise<FittedMethod> {
  const started = performance.now()
  const temperature = await temperatureOf(quick)
  return { ...(await fitAtDefaults(quick)), temperature, searchMs: performance.now() - started }
}

/** The same without a temperature, which is 1: where only the best class counts. Throws as `fitQuickly`. */
export async function fitAtDefaults({ method, space, support, kernels }: QuickFit): Promise<FittedMethod> {
  requireNeeds(method, support)
  const started = performance.now()
  const values = defaultsOf(parametersIn(method, space))
  const cache = await buildCache(support, spaceAt(space, spaceValuesIn(method, space, values)), kernels)
  return {
    ...{ method, cache, values, temperature: 1, typicalSpread: null },
    ranges: await rangesOver(method, batchesOf(method, cache, support.features)),
    ...{ selectionImages: 0, selectionAccuracy: null },
    ...{ calibration: new Float64Array(), searchMs: performance.now() - started },
  }
}

async function temperatureOf(quick: QuickFit): Promise<number> {
  const { support } = quick
  const { kept, asked } = halvesOf(support.labels)
  if (asked.length < 2 || new Set(kept.map((i) => support.labels[i])).size < 2) return 1
  const fitted = await fitAtDefaults({ ...quick, support: selectSupport(support, kept) })
  const { features, labels } = selectSupport(support, asked)
  const rows: Float32Array[] = []
  for await (const { scores } of scoreQueries(fitted, features)) {
    for (let i = 0; i < scores.logits.rows; i++) rows.push(rowOf(scores.logits, i).slice())
  }
  const logits = matrix(rows.length, support.classes)
  for (const [i, row] of rows.entries()) logits.data.set(row, i * support.classes)
  return fitTemperature({ logits, labels }) ?? 1
}

/** The first, third, … image of each class, and the others. */
function halvesOf(labels: Int32Array): {
  readonly kept: readonly number[]
  readonly asked: readonly number[]
} {
  const [kept, asked]: [number[], number[]] = [[], []]
  const seen = new Map<number, number>()
  for (const [i, label] of labels.entries()) {
    const count = seen.get(label) ?? 0
    if (count % 2 === 0) kept.push(i)
    else asked.push(i)
    seen.set(label, count + 1)
  }
  return { kept, asked }
}
