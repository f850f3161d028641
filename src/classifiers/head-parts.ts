import type { Cache } from '../cache/contract.js'
import { errors } from '../errors.js'
import type { FittedMethod } from '../evaluation/fit.js'
import { graphOf } from '../methods/call.js'
import { weightOf } from '../methods/score.js'
import type { JoinedPieces } from '../tensor/joined-pieces.js'
import { operator } from '../tensor/kernels.js'
import { outerValues, type Piece } from '../tensor/piece.js'

/** What the graph of a fitted method consists of. */
export interface HeadParts {
  /** The terms in their order; a method without terms has one, named `score`. */
  readonly terms: readonly HeadTerm[]
  /** Whether it reads features in `clip`, and in the base of its space if that is another. */
  readonly readsClip: boolean
  readonly readsBase: boolean
  /** The names of the values that its terms read. */
  readonly read: ReadonlySet<string>
}

export interface HeadTerm {
  readonly name: string
  readonly weight: number
  /** Its logits before weighting. */
  readonly piece: Piece
}

type Fitted = Pick<FittedMethod, 'method' | 'cache' | 'values' | 'ranges'>

const refuse = (what: string, reason: string) => errors.exportNotPossible({ what, reason })
const noGraph = 'it describes no graph. Give it one (docs/write-a-method.md), or choose another'

/**
 * The parts of a fitted method's graph. `kept` are the graphs of its terms, if they were described before. Throws
 * EXPORT_NOT_POSSIBLE, naming the method, the term or the space that describes no graph.
 */
export async function headPartsOf(
  { method, cache, values, ranges }: Fitted,
  kept: readonly Piece[] | null = null,
): Promise<HeadParts> {
  const { space } = cache
  if (method.transductive) {
    throw refuse(`method ${method.id}`, 'it decides for all images together, which a model cannot')
  }
  const terms: HeadTerm[] = []
  if (method.terms) {
    for (const [i, term] of method.terms.entries()) {
      const piece = kept?.[i] ?? (await graphOf(method, term, cache, values, ranges[term.name] ?? {}))
      if (!piece) throw refuse(`method ${method.id}, in its term ${term.name},`, noGraph)
      terms.push({ name: term.name, weight: weightOf(term, values), piece })
    }
  } else {
    const piece = kept?.[0] ?? (await graphOf(method, null, cache, values, {}))
    if (!piece) throw refuse(`method ${method.id}`, noGraph)
    terms.push({ name: 'score', weight: 1, piece })
  }
  const read = new Set(terms.flatMap(({ piece }) => outerValues(piece)))
  const readsSpace = read.has('spaceQueries') || read.has('affinities')
  if (readsSpace && !cache.graph) throw refuse(`space ${space.id}`, noGraph)
  const isInClip = space.base === 'clip'
  return {
    ...{ terms, read },
    readsClip: read.has('queries') || read.has('textSimilarities') || (readsSpace && isInClip),
    readsBase: readsSpace && !isInClip,
  }
}

/**
 * Adds all terms, from unit features named `queries` and `baseQueries` to the logits of each term before weighting. Returns the
 * names of those.
 */
export function addTerms(
  pieces: JoinedPieces,
  { terms, read, readsBase }: HeadParts,
  cache: Cache,
): string[] {
  const { graph, textClassifier, spaceKeys } = cache
  if (graph && (read.has('spaceQueries') || read.has('affinities'))) {
    pieces.add(graph, 'space', { features: readsBase ? 'baseQueries' : 'queries' }, 'spaceQueries')
  }
  if (read.has('textSimilarities')) {
    pieces.add(similarities(textClassifier), 'texts', { queries: 'queries' }, 'textSimilarities')
  }
  if (read.has('affinities')) {
    pieces.add(similarities(spaceKeys), 'keys', { queries: 'spaceQueries' }, 'affinities')
  }
  const values = Object.fromEntries(
    ['queries', 'spaceQueries', 'textSimilarities', 'affinities'].map((name) => [name, name]),
  )
  return terms.map(({ name, piece }) => {
    const logits = `term ${name} logits`
    pieces.add(piece, `term ${name}`, values, logits)
    return logits
  })
}

/** Cosine similarities of unit rows with those of a matrix. */
function similarities(others: Cache['textClassifier']): Piece {
  if (others === null) throw new Error('there is no text classifier')
  return { constants: { others }, nodes: [operator('Gemm', ['queries', 'others'], 'result', { transB: 1 })] }
}
