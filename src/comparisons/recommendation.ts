import { errors } from '../errors.js'
import { type Recommendation, recommend } from '../evaluation/recommendation.js'
import { type NameOf, recommendationText } from '../evaluation/recommendation-text.js'
import type { Registry } from '../plugins/registry.js'
import type { ComparedRow, RowStatistics } from './row-statistics.js'

/** A recommendation with its text. */
export type WordedRecommendation = Recommendation & { readonly text: string }

/**
 * Recommends a method and a space at a number of shots, by default the largest of the rows. Returns null if no run has
 * finished. Throws INVALID_VALUE if no row has the given number of shots.
 */
export const createRecommendation =
  ({ registry, rowStatistics }: { readonly registry: Registry; readonly rowStatistics: RowStatistics }) =>
  async (rows: readonly ComparedRow[], shots?: number | null): Promise<WordedRecommendation | null> => {
    if (rows.length === 0) return null
    const known = [...new Set(rows.map((row) => row.shots))]
    if (shots != null && !known.includes(shots)) {
      const reason = `The comparison has no finished runs with ${shots} shots. It has ${known.join(', ')}.`
      throw errors.invalidValue({ reason }, 'shots')
    }
    // A row whose results cannot be read can be neither the best nor a rival.
    const readable = rows.filter(({ error }) => error === undefined)
    const recommendation = await recommend(readable, shots ?? Math.max(...known), rowStatistics.difference)
    return (
      recommendation && {
        ...recommendation,
        text: recommendationText(recommendation, createNameOf(registry), decidesTogetherIn(registry)),
      }
    )
  }

const decidesTogetherIn =
  ({ methods }: Pick<Registry, 'methods'>) =>
  (id: string): boolean =>
    methods.some((method) => method.id === id && method.transductive !== undefined)

/**
 * Returns a function that names a method in a space. The name omits the space if the method is a variant defined by that
 * space, such as Tip-Adapter++. A method that is no longer registered gets its id as its name.
 */
export const createNameOf =
  ({ methods }: Pick<Registry, 'methods'>): NameOf =>
  ({ method: id, space }) => {
    const method = methods.find((each) => each.id === id)
    const name = method?.name ?? id
    if (space === null || (method?.variantOf !== undefined && method.space === space)) return name
    return `${name} in ${space}`
  }
