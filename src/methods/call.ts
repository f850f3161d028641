import type { Batch, Cache, Owner } from '../cache/contract.js'
import { callPlugin, faultOfMatrix, isTrusted, requireNoFault } from '../spaces/call.js'
import { type Matrix, matrix } from '../tensor/matrix.js'
import type { Piece } from '../tensor/piece.js'
import type { Method, Ranges, ScoredMethod, Term, Values } from './contract.js'

// Calls of what a method declares. What it gives is checked, so that a fault fails this method, by name, and nothing else.

/** The logits of a term before weighting, [n, C]. Throws PLUGIN_FAILED. */
export async function logitsOf(
  method: Method,
  term: Term,
  batch: Batch,
  shapes: Values,
  ranges: Ranges,
): Promise<Matrix> {
  const called = nameOf(method, term)
  const seen = batch.seenBy(ownerOf(method, term))
  const logits = await callPlugin(called, async () =>
    term.logits(seen, shapesFor(method, term, shapes), rangesFor(method, ranges)),
  )
  return checkedResult(method, called, logits, seen)
}

/** The logits of a method that scores by itself, [n, C]. Throws PLUGIN_FAILED. */
export async function scoresOf(method: ScoredMethod, batch: Batch, values: Values): Promise<Matrix> {
  const called = nameOf(method)
  const seen = batch.seenBy(ownerOf(method))
  const given = isTrusted(method) ? values : Object.freeze({ ...values })
  const logits = await callPlugin(called, async () => method.score(seen, given))
  return checkedResult(method, called, logits, seen)
}

/** A copy of logits, so that what a plugin does to its matrix later changes nothing. Throws PLUGIN_FAILED. */
function checkedResult(
  method: Method,
  called: ReturnType<typeof nameOf>,
  logits: Matrix,
  seen: Batch,
): Matrix {
  const { rows, cache } = seen
  requireNoFault(called, faultOfMatrix('its logits', logits, rows, cache.classes))
  requireNothingWritten(method, seen)
  return isTrusted(method) ? logits : matrix(rows, cache.classes, logits.data.slice())
}

/**
 * The values that a term depends on. Of a plugin's other hyperparameters reading one is an error: the search would take its
 * logits for the same at all values of it.
 */
function shapesFor(method: Method, term: Term, values: Values): Values {
  if (isTrusted(method)) return values
  const shapes = Object.fromEntries(
    term.shapes.flatMap((name) => {
      const value = values[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
  for (const [name, { kind }] of Object.entries(method.hyperparameters)) {
    if (term.shapes.includes(name)) continue
    const get = (): never => {
      const why = kind === 'weight' ? 'a weight multiplies its logits' : 'it does not declare it'
      throw new Error(`it reads ${name}, which is not among its shapes: ${why}`)
    }
    Object.defineProperty(shapes, name, { get, enumerable: false })
  }
  return Object.freeze(shapes)
}

const rangesFor = (method: Method, ranges: Ranges): Ranges =>
  isTrusted(method)
    ? ranges
    : Object.freeze(
        Object.fromEntries(Object.entries(ranges).map(([name, each]) => [name, Object.freeze({ ...each })])),
      )

/**
 * The logits of a term, or of a method that scores by itself, as a part of a graph; undefined if it describes none. Throws
 * PLUGIN_FAILED.
 */
export async function graphOf(
  method: Method,
  term: Term | null,
  cache: Cache,
  values: Values,
  ranges: Ranges,
): Promise<Piece | undefined> {
  const describe = term ? term.graph : method.graph
  if (!describe) return undefined
  const called = nameOf(method, term ?? undefined)
  const seen = cache.seenBy(ownerOf(method, term ?? undefined))
  const given = term ? shapesFor(method, term, values) : values
  const piece = await callPlugin(called, async () => describe(seen, given, rangesFor(method, ranges)))
  const isPiece = typeof piece === 'object' && piece !== null && Array.isArray(piece.nodes)
  requireNoFault(called, isPiece ? undefined : 'its graph must be an object with a list "nodes"')
  return piece
}

/** The ranges of a term over a batch. Throws PLUGIN_FAILED. */
export async function rangesOf(method: Method, term: Term, batch: Batch): Promise<Ranges> {
  if (!term.ranges) return {}
  const called = nameOf(method, term)
  const { ranges } = term
  const seen = batch.seenBy(ownerOf(method, term))
  const given = await callPlugin(called, async () => ranges(seen))
  requireNoFault(called, faultOfRanges(given))
  requireNothingWritten(method, seen)
  return rangesFor(method, given)
}

/** The sum of a method's weighted terms, if it is finite. Throws PLUGIN_FAILED. */
export function checkedLogits(method: Method, logits: Matrix, batch: Batch): Matrix {
  const fault = faultOfMatrix('the weighted sum of its terms', logits, batch.rows, batch.cache.classes)
  requireNoFault(nameOf(method), fault)
  return logits
}

const nameOf = ({ id, origin }: Method, term?: Term) => ({
  what: term ? `method ${id}, in its term ${term.name},` : `method ${id}`,
  origin,
})

const ownerOf = (method: Method, term?: Term): Owner => ({
  key: term ?? method,
  name: nameOf(method, term).what,
  isTrusted: isTrusted(method),
  needs: method.needs ?? [],
})

/** Terms of a method run side by side, so that it is not known which of them has written. */
function requireNothingWritten(method: Method, seen: Pick<Batch, 'written'>): void {
  const written = seen.written()
  requireNoFault(
    nameOf(method),
    written === null ? undefined : `it writes to ${written}, which is shared. Write to a copy instead.`,
  )
}

/** An empty range, from Infinity to −Infinity, is allowed. */
function faultOfRanges(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null) return 'its ranges must be an object'
  for (const [name, range] of Object.entries(given)) {
    const { min, max } = (range ?? {}) as { readonly min?: unknown; readonly max?: unknown }
    const isEmpty = min === Number.POSITIVE_INFINITY && max === Number.NEGATIVE_INFINITY
    if (!isEmpty && !(Number.isFinite(min) && Number.isFinite(max))) {
      return `its range ${name} must have a finite min and max, not ${min} and ${max}`
    }
  }
  return undefined
}
