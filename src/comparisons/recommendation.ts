import { errors } from '../errors.js'
import { type Recommendation, recommend } from '../evaluation/recommendation.js'
import { type NameOf, recommendationText } from '../evaluation/recommendation-text.js'
import type { SummaryRow } from '../evaluation/summary.js'
import type { Registry } from '../plugins/registry.js'
import type { RunResults } from './run-results.js'

/** A recommendation with what it says in words. */
export type WordedRecommendation = Recommendation & { readonly text: string }

/**
 * Says which method to use, in which space, at a number of shots: the most that the rows have unless given. Null where
 * nothing has finished. Throws INVALID_VALUE for a number of shots that no row has.
 */
export const createRecommendation =
  ({ registry, runResults }: { readonly registry: Registry; readonly runResults: RunResults }) =>
  async (rows: readonly SummaryRow[], shots?: number | null): Promise<WordedRecommendation | null> => {
    if (rows.length === 0) return null
    const known = [...new Set(rows.map((row) => row.shots))]
    if (shots != null && !known.includes(shots)) {
      const reason = `The comparison has no finished runs of ${shots} shots; it has ${known.join(', ')}.`
      throw errors.invalidValue({ reason }, 'shots')
    }
    const recommendation = await recommend(rows, shots ?? Math.max(...known), runResults.read)
    return (
      recommendation && {
        ...recommendation,
        text: recommendationText(recommendation, createNameOf(registry)),
      }
    )
  }

/**
 * What a method in a space is called. A method that is another in a space of its own, such as Tip-Adapter++, needs no
 * mention of that space. What is not registered any more is called by its id.
 */
export const createNameOf =
  ({ methods }: Pick<Registry, 'methods'>): NameOf =>
  ({ method: id, space }) => {
    const method = methods.find((each) => each.id === id)
    const name = method?.name ?? id
    if (space === null || (method?.variantOf !== undefined && method.space === space)) return name
    return `${name} in ${space}`
  }
