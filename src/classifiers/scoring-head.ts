import type { Batch } from '../cache/contract.js'
import type { FittedMethod } from '../evaluation/fit.js'
import { featuresOf, type SpaceFeatures } from '../features/space-features.js'
import { batchesOf, type Scores, scoresOfTerms } from '../methods/score.js'
import { isTrusted } from '../spaces/call.js'
import { joinPieces } from '../tensor/joined-pieces.js'
import { operator } from '../tensor/kernels.js'
import { type Matrix, matrix, sliceRows } from '../tensor/matrix.js'
import { openPiece } from '../tensor/open-piece.js'
import type { Piece } from '../tensor/piece.js'
import { addTerms, headPartsOf } from './head-parts.js'

/** A fitted method whose space and terms are one graph: an image takes one run of the computing thread, not one for each step. */
export interface ScoringHead {
  /** Scores queries, in chunks. */
  score(
    queries: SpaceFeatures,
  ): AsyncIterable<{ readonly batch: Batch; readonly scores: Scores; readonly temperature: number }>
}

/**
 * Joins a method and its space. `kept` are the graphs of its terms as `termsToKeep` gave them; they are fitted now without. Null if
 * it decides for all images together, or if it or its space is a plugin's: what a plugin's code computes is what it means, not its
 * graph.
 */
export async function createScoringHead(
  fitted: FittedMethod,
  kept: readonly Piece[] | null = null,
): Promise<ScoringHead | null> {
  if (!canBeJoined(fitted)) return null
  const { method, cache, values } = fitted
  const { space, kernels } = cache
  const parts = await headPartsOf(fitted, kept)
  const pieces = joinPieces()
  const logits = addTerms(pieces, parts, cache)
  pieces.add(
    besides(logits.length),
    'besides',
    Object.fromEntries(logits.map((name, i) => [`x${i}`, name])),
    'result',
  )
  const run = openPiece(kernels, `head of ${method.id} in ${space.id}`, pieces.joined())
  const names = parts.terms.map(({ name }) => name)
  return {
    async *score(queries) {
      const base = featuresOf(queries, space.base)
      for (const batch of batchesOf(method, cache, queries)) {
        const all = await run({
          ...(parts.readsClip && { queries: batch.queries }),
          ...(parts.readsBase && { baseQueries: sliceRows(base, batch.from, batch.from + batch.rows) }),
        })
        const scores = scoresOfTerms(method, partsOf(all, names), batch, values)
        yield { batch, scores, temperature: fitted.temperature }
      }
    },
  }
}

/** The fit of each term, to be kept with a classifier, so that nothing is fitted when it is loaded; null if it cannot be joined. */
export async function termsToKeep(fitted: FittedMethod): Promise<readonly Piece[] | null> {
  if (!canBeJoined(fitted)) return null
  const { terms } = await headPartsOf(fitted)
  return terms.map(({ piece }) => piece)
}

const canBeJoined = ({ method, cache }: FittedMethod): boolean =>
  !method.transductive && isTrusted(method) && isTrusted(cache.space)

/** The logits of the terms side by side, [n, T·C]: one result instead of several. */
const besides = (count: number): Piece => ({
  nodes: [
    count === 1
      ? operator('Identity', ['x0'], 'result')
      : operator(
          'Concat',
          Array.from({ length: count }, (_, i) => `x${i}`),
          'result',
          { axis: 1 },
        ),
  ],
})

/** What `besides` has put side by side. */
function partsOf(
  all: Matrix,
  names: readonly string[],
): { readonly term: string; readonly logits: Matrix }[] {
  const columns = all.columns / names.length
  return names.map((term, t) => {
    const logits = matrix(all.rows, columns)
    for (let i = 0; i < all.rows; i++) {
      const from = i * all.columns + t * columns
      logits.data.set(all.data.subarray(from, from + columns), i * columns)
    }
    return { term, logits }
  })
}
