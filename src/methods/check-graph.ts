import type { Batch } from '../cache/contract.js'
import { featuresOf, type SpaceFeatures } from '../features/space-features.js'
import { faultOfMatrix } from '../spaces/call.js'
import { fingerprintOf } from '../system/fingerprint.js'
import type { Kernels } from '../tensor/kernels.js'
import { type Matrix, sliceRows } from '../tensor/matrix.js'
import { isIntegers, outerValues, type Piece, runPiece } from '../tensor/piece.js'
import { graphOf, logitsOf, scoresOf } from './call.js'
import type { Method, Values } from './contract.js'
import { batchesOf, type TermRanges } from './score.js'

/** What must have the same numbers as its graph, and where it has not. */
export interface GraphFault {
  /** `method own, in its term nearest,` or `space own`. */
  readonly what: string
  readonly reason: string
}

/** A method that is fitted, as `FittedMethod`. */
interface Fitted {
  readonly method: Method
  readonly cache: Batch['cache']
  readonly values: Values
  readonly ranges: TermRanges
}

/**
 * What is wrong if a graph that a method or its space describes does not compute what it scores, or projects, of these images; a
 * few will do. Undefined if nothing is, or if there is no graph. Throws PLUGIN_FAILED.
 */
export async function faultOfGraphs(
  { method, cache, values, ranges }: Fitted,
  features: SpaceFeatures,
): Promise<GraphFault | undefined> {
  const [batch] = batchesOf(method, cache, features)
  if (batch === undefined) return undefined
  const { kernels, space, graph } = cache
  if (graph && method.space !== null) {
    const base = sliceRows(featuresOf(features, space.base), batch.from, batch.from + batch.rows)
    const reason = await faultOfPiece(
      kernels,
      graph,
      { features: async () => base },
      await batch.spaceQueries(),
    )
    if (reason !== undefined) return { what: `space ${space.id}`, reason }
  }
  const reads = {
    queries: async () => batch.queries,
    spaceQueries: () => batch.spaceQueries(),
    textSimilarities: () => batch.textSimilarities(),
    affinities: () => batch.affinities(),
  }
  for (const term of method.terms ?? [null]) {
    const own = term ? (ranges[term.name] ?? {}) : {}
    const piece = await graphOf(method, term, cache, values, own)
    if (!piece) continue
    const logits =
      term === null
        ? await scoresOf(method as Extract<Method, { terms?: never }>, batch, values)
        : await logitsOf(method, term, batch, values, own)
    const reason = await faultOfPiece(kernels, piece, reads, logits)
    const what = term ? `method ${method.id}, in its term ${term.name},` : `method ${method.id}`
    if (reason !== undefined) return { what, reason }
  }
  return undefined
}

/** The share of the greatest number by which the numbers of a graph may be off: they are added up in another order. */
const tolerance = 1e-3

/** What is wrong if a piece does not compute `expected` of what it reads; undefined if nothing is. */
export async function faultOfPiece(
  kernels: Kernels,
  piece: Piece,
  reads: Readonly<Record<string, () => Promise<Matrix>>>,
  expected: Matrix,
): Promise<string | undefined> {
  const inputs: Record<string, Matrix> = {}
  for (const name of outerValues(piece)) {
    const read = Object.hasOwn(reads, name) ? reads[name] : undefined
    if (!read) return `its graph reads ${name}, and there are only ${Object.keys(reads).join(', ')}`
    inputs[name] = await read()
  }
  let given: Matrix
  try {
    given = await runPiece(kernels, `graph ${versionOf(piece)}`, piece, inputs)
  } catch (error) {
    return `its graph cannot run: ${error instanceof Error ? error.message : String(error)}`
  }
  const fault = faultOfMatrix('what its graph computes', given, expected.rows, expected.columns)
  if (fault !== undefined) return fault
  const greatest = expected.data.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
  const at = expected.data.findIndex(
    (value, i) => Math.abs(value - (given.data[i] as number)) > tolerance * Math.max(greatest, 1e-3),
  )
  if (at < 0) return undefined
  return `its graph computes ${given.data[at]} where it gives ${expected.data[at]} (row ${Math.floor(at / expected.columns)}, column ${at % expected.columns})`
}

/** All of a piece but its float constants, which are inputs. */
const versionOf = ({ nodes, constants = {} }: Piece): string =>
  fingerprintOf([
    JSON.stringify(nodes, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
    Object.entries(constants).map(([name, value]) => [
      name,
      isIntegers(value) ? value : typeof value === 'number' ? 1 : 'rows' in value ? 2 : 3,
    ]),
  ])
