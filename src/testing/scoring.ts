import { buildCache } from '../cache/cache.js'
import type { Batch } from '../cache/contract.js'
import { type FittedMethod, leavingOneOut } from '../evaluation/fit.js'
import type { SpaceFeatures } from '../features/space-features.js'
import type { Support } from '../features/support.js'
import { defaultsOf, type Method, rangeOf, type Values } from '../methods/contract.js'
import { type Scores, scoreBatch } from '../methods/score.js'
import { type Matrix, stackRows } from '../tensor/matrix.js'
import { pick, pickSupport } from './synthetic.js'

/** The input of scoring. */
export type Scoring = Pick<FittedMethod, 'method' | 'cache' | 'values' | 'ranges'>

/** The scores of all queries. */
export async function scoreQueries(scoring: Scoring, queries: SpaceFeatures): Promise<Scores> {
  return scoreBatches(scoring, scoring.cache.batches(queries))
}

/** The leave-one-out logits of the support images, in the cache's order. */
export async function scoreLeavingOneOut(scoring: Scoring, support: Support): Promise<Matrix> {
  return (await scoreBatches(scoring, leavingOneOut(scoring.method, support, scoring.cache))).logits
}

/** The same by definition: for each image a cache without it, with the same values and ranges. */
export async function scoreWithoutEach(scoring: Scoring, support: Support): Promise<Matrix> {
  const { order, space, kernels } = scoring.cache
  const logits = Array.from(order, async (image) => {
    const rest = order.filter((other) => other !== image)
    const cache = await buildCache(pickSupport(support, rest), space, kernels)
    return (await scoreQueries({ ...scoring, cache }, pick(support.features, [image]))).logits
  })
  return stackRows(await Promise.all(logits))
}

/** The points of a method's checks: its defaults and both ends of its grids. */
export function pointsOf(method: Method): Values[] {
  const declared = Object.entries(method.hyperparameters)
  if (declared.length === 0) return [{}]
  return [
    defaultsOf(method),
    Object.fromEntries(declared.map(([name, each]) => [name, rangeOf(each).min])),
    Object.fromEntries(declared.map(([name, each]) => [name, rangeOf(each).max])),
  ]
}

/** Grids of the same points, small enough for a quick search. */
export const smallGrids = (method: Method): Record<string, number[]> =>
  Object.fromEntries(
    Object.keys(method.hyperparameters).map((name) => [
      name,
      pointsOf(method).map((values) => values[name] as number),
    ]),
  )

/** The same with every weight at 0. */
export const withoutWeights = (scoring: Scoring): Scoring => ({
  ...scoring,
  values: Object.fromEntries(
    Object.entries(scoring.values).map(([name, value]) => [
      name,
      scoring.method.hyperparameters[name]?.kind === 'weight' ? 0 : value,
    ]),
  ),
})

async function scoreBatches(
  { method, cache, values, ranges }: Scoring,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
): Promise<Scores> {
  const parts: Scores[] = []
  for await (const batch of batches) parts.push(await scoreBatch(method, batch, values, ranges))
  return {
    logits: stackRows(
      parts.map(({ logits }) => logits),
      cache.classes,
    ),
    contributions: (parts[0]?.contributions ?? []).map(({ term }, t) => ({
      term,
      values: stackRows(parts.flatMap(({ contributions }) => contributions[t]?.values ?? [])),
    })),
  }
}
