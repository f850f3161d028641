import { create } from '@bufbuild/protobuf'
import type { Cache } from '../../cache/contract.js'
import { errors } from '../../errors.js'
import type { FittedMethod } from '../../evaluation/fit.js'
import { graphOf } from '../../methods/call.js'
import { weightOf } from '../../methods/score.js'
import { operator } from '../../tensor/kernels.js'
import { type NodeProto, NodeProtoSchema, type TensorProto } from '../../tensor/onnx/onnx_pb.js'
import { floatTensor, integerTensor } from '../../tensor/onnx/tensors.js'
import { type Constant, isIntegers, outerValues, type Piece } from '../../tensor/piece.js'

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
export async function headGraph({
  method,
  cache,
  values,
  ranges,
  temperature,
}: Pick<FittedMethod, 'method' | 'cache' | 'values' | 'ranges' | 'temperature'>): Promise<
  HeadGraph & { readonly reads: ReadonlySet<'clip' | 'base'> }
> {
  const { space } = cache
  const refuse = (what: string, reason: string) => errors.exportNotPossible({ what, reason })
  if (method.transductive) {
    throw refuse(`method ${method.id}`, 'it decides for all images together, which a model cannot')
  }
  const noGraph = 'it describes no graph. Give it one (docs/write-a-method.md), or choose another'
  const builder = createBuilder()
  const parts: { readonly name: string; readonly weight: number; readonly piece: Piece }[] = []
  if (method.terms) {
    for (const term of method.terms) {
      const piece = await graphOf(method, term, cache, values, ranges[term.name] ?? {})
      if (!piece) throw refuse(`method ${method.id}, in its term ${term.name},`, noGraph)
      parts.push({ name: term.name, weight: weightOf(term, values), piece })
    }
  } else {
    const piece = await graphOf(method, null, cache, values, {})
    if (!piece) throw refuse(`method ${method.id}`, noGraph)
    parts.push({ name: 'score', weight: 1, piece })
  }
  const read = new Set(parts.flatMap(({ piece }) => outerValues(piece)))
  const readsSpace = read.has('spaceQueries') || read.has('affinities')
  const readsClip = read.has('queries') || read.has('textSimilarities')

  if (readsClip || (readsSpace && space.base === 'clip')) builder.unit(head.features, 'queries')
  if (readsSpace) {
    const base = space.base === 'clip' ? 'queries' : 'baseQueries'
    if (space.base !== 'clip') builder.unit(head.adapted, base)
    const { graph } = cache
    if (!graph) throw refuse(`space ${space.id}`, noGraph)
    builder.add(graph, 'space', { features: base }, 'spaceQueries')
  }
  if (read.has('textSimilarities'))
    builder.add(similarities(cache.textClassifier), 'texts', { queries: 'queries' }, 'textSimilarities')
  if (read.has('affinities')) {
    builder.add(similarities(cache.spaceKeys), 'keys', { queries: 'spaceQueries' }, 'affinities')
  }
  addTerms(builder, parts)
  builder.add(calibrated(temperature), 'calibration', { logits: head.logits }, head.probabilities)
  const reads = new Set<'clip' | 'base'>()
  if (readsClip || (readsSpace && space.base === 'clip')) reads.add('clip')
  if (readsSpace && space.base !== 'clip') reads.add('base')
  return { ...builder.built(), reads }
}

type Builder = ReturnType<typeof createBuilder>

/** The weighted sum of the terms. */
function addTerms(
  builder: Builder,
  parts: readonly { readonly name: string; readonly weight: number; readonly piece: Piece }[],
): void {
  const values = Object.fromEntries(
    ['queries', 'spaceQueries', 'textSimilarities', 'affinities'].map((name) => [name, name]),
  )
  let sum: string | undefined
  for (const [i, { name, weight, piece }] of parts.entries()) {
    const isLast = i === parts.length - 1
    const prefix = `term ${name}`
    const own = `${prefix} logits`
    builder.add(piece, prefix, values, own)
    const weighted = sum === undefined && isLast ? head.logits : `${prefix} weighted`
    const product = { constants: { weight }, nodes: [operator('Mul', ['x', 'weight'], 'result')] }
    builder.add(product, `${prefix} weight`, { x: own }, weighted)
    if (sum === undefined) sum = weighted
    else {
      const next: string = isLast ? head.logits : `${prefix} total`
      builder.add(
        { nodes: [operator('Add', ['x', 'y'], 'result')] },
        `${prefix} sum`,
        { x: sum, y: weighted },
        next,
      )
      sum = next
    }
  }
}

/** Cosine similarities of unit rows with those of a matrix. */
function similarities(others: Cache['textClassifier']): Piece {
  if (others === null) throw new Error('there is no text classifier')
  return { constants: { others }, nodes: [operator('Gemm', ['queries', 'others'], 'result', { transB: 1 })] }
}

const calibrated = (temperature: number): Piece => ({
  constants: { temperature },
  nodes: [
    operator('Div', ['logits', 'temperature'], 'calibrated'),
    operator('Softmax', ['calibrated'], 'result', { axis: 1 }),
  ],
})

/** Puts pieces together. Values of a piece get its prefix, so that no two pieces meet by accident. */
function createBuilder() {
  const nodes: NodeProto[] = []
  const initializers: TensorProto[] = []
  function add(
    { nodes: own, constants = {} }: Piece,
    prefix: string,
    inputs: Readonly<Record<string, string>>,
    output: string,
  ): void {
    const made = new Set([...Object.keys(constants), ...own.flatMap((each) => each.output)])
    const nameOf = (name: string): string =>
      name === 'result' ? output : ((made.has(name) ? undefined : inputs[name]) ?? `${prefix}/${name}`)
    // Casts of constants to double precision, and the like, are computed when a model is opened.
    for (const [name, value] of Object.entries(constants)) initializers.push(tensorOf(nameOf(name), value))
    for (const each of own) {
      nodes.push(
        create(NodeProtoSchema, {
          ...each,
          name: `${prefix}/${each.name}`,
          input: each.input.map(nameOf),
          output: each.output.map(nameOf),
        }),
      )
    }
  }
  return {
    add,
    unit: (features: string, output: string) =>
      add(
        { nodes: [operator('LpNormalization', ['x'], 'result', { axis: 1, p: 2 })] },
        `unit ${features}`,
        { x: features },
        output,
      ),
    built: (): HeadGraph => ({ nodes, initializers }),
  }
}

function tensorOf(name: string, value: Constant): TensorProto {
  if (typeof value === 'number') return floatTensor(name, [1], Float32Array.of(value))
  if (value instanceof Float32Array) return floatTensor(name, [value.length], value)
  if (isIntegers(value)) return integerTensor(name, value)
  return floatTensor(name, [value.rows, value.columns], value.data)
}
