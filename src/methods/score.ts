import type { Batch, Cache } from '../cache/contract.js'
import { errors } from '../errors.js'
import { hasPatches } from '../features/patches.js'
import type { SpaceFeatures } from '../features/space-features.js'
import type { Support } from '../features/support.js'
import { type Matrix, matrix } from '../tensor/matrix.js'
import { checkedLogits, logitsOf, rangesOf, scoresOf } from './call.js'
import { type Method, type Ranges, type Term, usesTexts, type Values } from './contract.js'

/** The ranges of each term by its name. */
export type TermRanges = Readonly<Record<string, Ranges>>

export interface Scores {
  /** [n, C]. */
  readonly logits: Matrix
  /** The weighted logits of each term, [n, C]. A method without terms has one contribution, named `score`. */
  readonly contributions: readonly { readonly term: string; readonly values: Matrix }[]
}

/** Scores a batch at the given values: the logits, and how much each term contributed. */
export async function scoreBatch(
  method: Method,
  batch: Batch,
  values: Values,
  ranges: TermRanges,
): Promise<Scores> {
  if (!method.terms) {
    const logits = await scoresOf(method, batch, values)
    return { logits, contributions: [{ term: 'score', values: logits }] }
  }
  const terms: { term: string; logits: Matrix }[] = []
  for (const term of method.terms) {
    const logits = await logitsOf(method, term, batch, values, ranges[term.name] ?? {})
    terms.push({ term: term.name, logits })
  }
  return scoresOfTerms(method, terms, batch, values)
}

/** The weighted sum of a method's terms, from the logits of each before weighting. Throws PLUGIN_FAILED if it is not finite. */
export function scoresOfTerms(
  method: Method,
  terms: readonly { readonly term: string; readonly logits: Matrix }[],
  batch: Batch,
  values: Values,
): Scores {
  const sum = matrix(batch.rows, batch.cache.classes)
  const contributions = terms.map(({ term, logits }) => {
    const declared = method.terms?.find(({ name }) => name === term)
    const weighted = scaled(logits, declared ? weightOf(declared, values) : 1)
    for (let at = 0; at < sum.data.length; at++) {
      sum.data[at] = (sum.data[at] as number) + (weighted.data[at] as number)
    }
    return { term, values: weighted }
  })
  return { logits: checkedLogits(method, sum, batch), contributions }
}

/** The ranges that a method's terms scale by, taken over all batches. */
export async function rangesOver(
  method: Method,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
): Promise<TermRanges> {
  const terms = (method.terms ?? []).filter((term) => term.ranges)
  if (terms.length === 0) return {}
  const all: Record<string, Record<string, { min: number; max: number }>> = {}
  for await (const batch of batches) {
    for (const term of terms) {
      all[term.name] ??= {}
      for (const [name, { min, max }] of Object.entries(await rangesOf(method, term, batch))) {
        const known = all[term.name]?.[name]
        const merged = known ? { min: Math.min(known.min, min), max: Math.max(known.max, max) } : { min, max }
        all[term.name] = { ...all[term.name], [name]: merged }
      }
    }
  }
  return all
}

/** The factor of a term: 1 if it has no weight. */
export const weightOf = (term: Term, values: Values): number =>
  term.weight === null ? 1 : (values[term.weight] as number)

/** The queries in the batches that a method takes: all together if it is transductive. */
export const batchesOf = (method: ReadingMethod, cache: Cache, queries: SpaceFeatures): Iterable<Batch> =>
  cache.batches(queries, readingOf(method))

/** How a method reads queries. */
export const readingOf = ({ transductive, needs }: ReadingMethod) => ({
  together: transductive !== undefined,
  patches: needs?.includes('patches') ?? false,
})

type ReadingMethod = Pick<Method, 'transductive' | 'needs'>

/** Throws TEXT_FEATURES_REQUIRED, PROMPTS_REQUIRED or PATCHES_REQUIRED if there is none of what the method reads. */
export function requireNeeds(method: Method, { features, textClassifier, prompts }: Needed): void {
  if (textClassifier === null && usesTexts(method)) {
    const term = method.terms?.find((each) => each.usesTexts)?.name ?? 'score'
    throw errors.textRequired({ method: method.id, term })
  }
  if (!prompts && method.needs?.includes('prompts')) throw errors.promptsRequired({ method: method.id })
  if (!hasPatches(features) && method.needs?.includes('patches')) {
    throw errors.patchesRequired({ method: method.id })
  }
}

type Needed = Pick<Support, 'features' | 'textClassifier' | 'prompts'>

/** Throws TEXTS_NOT_IN_SPACE if the method compares texts with images in a space that does not project texts. */
export function requireProjectedTexts(method: Method, { projectsTexts, space }: Cache): void {
  if (projectsTexts || !method.needs?.includes('projected-texts')) return
  throw errors.textsNotInSpace({ method: method.id, space: space.id }, 'space')
}

const scaled = ({ rows, columns, data }: Matrix, factor: number): Matrix =>
  matrix(
    rows,
    columns,
    data.map((value) => factor * value),
  )
