import type { Batch } from '../cache/contract.js'
import { leaveOneOut } from '../cache/leave-one-out.js'
import type { FittedMethod } from '../evaluation/fit.js'
import type { SpaceFeatures } from '../features/space-features.js'
import type { Support } from '../features/support.js'
import { defaultsOf, type Method, rangeOf, type Values } from '../methods/contract.js'
import { batchesOf, readingOf, type Scores, scoreBatch } from '../methods/score.js'
import { rowOf, stackRows } from '../tensor/matrix.js'

/** The input of scoring. */
export type Scoring = Pick<FittedMethod, 'method' | 'cache' | 'values' | 'ranges'>

/** The scores of all queries. */
export async function scoreQueries(scoring: Scoring, queries: SpaceFeatures): Promise<Scores> {
  return scoreBatches(scoring, batchesOf(scoring.method, scoring.cache, queries))
}

/** The leave-one-out logits of the support images, by the image's position in the support set. */
export async function scoreLeavingOneOut(
  scoring: Scoring,
  support: Support,
): Promise<ReadonlyMap<number, Float32Array>> {
  const { images, batches } = leaveOneOut(support, scoring.cache)
  const { logits } = await scoreBatches(scoring, batches(readingOf(scoring.method)))
  return new Map(Array.from(images, (image, row) => [image, rowOf(logits, row)]))
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
