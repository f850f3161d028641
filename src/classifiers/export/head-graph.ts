import type { FittedMethod } from '../../evaluation/fit.js'
import type { Calibration } from '../../evaluation/probabilities.js'
import { type JoinedPieces, joinPieces } from '../../tensor/joined-pieces.js'
import { operator } from '../../tensor/kernels.js'
import type { NodeProto, TensorProto } from '../../tensor/onnx/onnx_pb.js'
import { floatTensor, integerTensor } from '../../tensor/onnx/tensors.js'
import { type Constant, isIntegers, type Piece } from '../../tensor/piece.js'
import { addTerms, type HeadTerm, headPartsOf } from '../head-parts.js'

/** A graph from image features to logits and probabilities, to be written to a model. */
export interface HeadGraph {
  readonly nodes: readonly NodeProto[]
  readonly initializers: readonly TensorProto[]
}

/** The names of its values outside. */
export const head = {
  /** Features in `clip`, [n, d], of any length. */
  features: 'image_features',
  /** Features in the base of the space, if that is not `clip`. */
  adapted: 'adapted_image_features',
  logits: 'logits',
  probabilities: 'probabilities',
} as const

/**
 * Composes a fitted method's graph from those of its terms and its space. `reads` says which features it reads. Throws
 * EXPORT_NOT_POSSIBLE, naming the method, the term or the space that describes no graph.
 */
export async function headGraph(
  fitted: Pick<FittedMethod, 'method' | 'cache' | 'values' | 'ranges' | 'temperature' | 'typicalSpread'>,
): Promise<HeadGraph & { readonly reads: ReadonlySet<'clip' | 'base'> }> {
  const parts = await headPartsOf(fitted)
  const { readsClip, readsBase } = parts
  const pieces = joinPieces()
  if (readsClip) pieces.add(unit, `unit ${head.features}`, { x: head.features }, 'queries')
  if (readsBase) pieces.add(unit, `unit ${head.adapted}`, { x: head.adapted }, 'baseQueries')
  addWeighted(pieces, parts.terms, addTerms(pieces, parts, fitted.cache))
  pieces.add(
    calibrated(fitted, fitted.cache.classes),
    'calibration',
    { logits: head.logits },
    head.probabilities,
  )
  const { nodes, constants } = pieces.joined()
  return {
    nodes,
    // Casts of constants to double precision, and the like, are computed when a model is opened.
    initializers: Object.entries(constants).map(([name, value]) => tensorOf(name, value)),
    reads: new Set([...(readsClip ? ['clip' as const] : []), ...(readsBase ? ['base' as const] : [])]),
  }
}

const unit: Piece = { nodes: [operator('LpNormalization', ['x'], 'result', { axis: 1, p: 2 })] }

/** The weighted sum of the terms, whose logits have the names `logits`. */
function addWeighted(pieces: JoinedPieces, terms: readonly HeadTerm[], logits: readonly string[]): void {
  let sum: string | undefined
  for (const [i, { name, weight }] of terms.entries()) {
    const isLast = i === terms.length - 1
    const prefix = `term ${name}`
    const weighted = sum === undefined && isLast ? head.logits : `${prefix} weighted`
    const product = { constants: { weight }, nodes: [operator('Mul', ['x', 'weight'], 'result')] }
    pieces.add(product, `${prefix} weight`, { x: logits[i] as string }, weighted)
    if (sum === undefined) sum = weighted
    else {
      const next: string = isLast ? head.logits : `${prefix} total`
      const total = { nodes: [operator('Add', ['x', 'y'], 'result')] }
      pieces.add(total, `${prefix} sum`, { x: sum, y: weighted }, next)
      sum = next
    }
  }
}

/** `probabilitiesOf`, of every row. */
function calibrated({ temperature, typicalSpread }: Calibration, classes: number): Piece {
  const toResult = operator('Softmax', ['calibrated'], 'result', { axis: 1 })
  if (typicalSpread === null) {
    return {
      constants: { temperature },
      nodes: [operator('Div', ['logits', 'temperature'], 'calibrated'), toResult],
    }
  }
  return {
    // Without spread all classes are equal at any temperature, but not at 0.
    constants: { factor: temperature / Math.sqrt(typicalSpread), least: 1e-30, classes, axes: [1] },
    nodes: [
      operator('ReduceSum', ['logits', 'axes'], 'sum', { keepdims: 1 }),
      operator('Div', ['sum', 'classes'], 'mean'),
      operator('Sub', ['logits', 'mean'], 'centred'),
      operator('Mul', ['centred', 'centred'], 'squared'),
      operator('ReduceSum', ['squared', 'axes'], 'squares', { keepdims: 1 }),
      operator('Div', ['squares', 'classes'], 'variance'),
      operator('Sqrt', ['variance'], 'deviation'),
      operator('Max', ['deviation', 'least'], 'spread'),
      operator('Sqrt', ['spread'], 'root'),
      operator('Mul', ['root', 'factor'], 'temperature'),
      operator('Div', ['centred', 'temperature'], 'calibrated'),
      toResult,
    ],
  }
}

function tensorOf(name: string, value: Constant): TensorProto {
  if (typeof value === 'number') return floatTensor(name, [1], Float32Array.of(value))
  if (value instanceof Float32Array) return floatTensor(name, [value.length], value)
  if (isIntegers(value)) return integerTensor(name, value)
  return floatTensor(name, [value.rows, value.columns], value.data)
}
