import { fromJson, type JsonValue } from '@bufbuild/protobuf'
import { z } from 'zod'
import type { Cache } from '../cache/contract.js'
import { featuresOf } from '../features/space-features.js'
import type { Support } from '../features/support.js'
import type { FeatureSpace } from '../spaces/contract.js'
import { gatherRows, type Matrix, matrix } from '../tensor/matrix.js'
import { NodeProtoSchema } from '../tensor/onnx/onnx_pb.js'
import { openPiece, toNodeJson } from '../tensor/open-piece.js'
import { type Constant, isIntegers, type Piece } from '../tensor/piece.js'
import type { NamedTensor } from '../tensor/safetensors.js'

/** Names in a classifier's file. */
const prefix = 'space.'

const describedSchema = z.object({
  nodes: z.array(z.custom<JsonValue>()),
  /** Numbers and lists of whole numbers; matrices and vectors are tensors of the file. */
  constants: z.record(z.string(), z.union([z.number(), z.array(z.number())])),
})

/**
 * The fit of a space as it is kept with a classifier: the graph that it describes. Null if there is nothing to keep: the space
 * describes none, the graph does not give the features that its code gives, or the method asks it for texts, too.
 */
export async function fitToKeep(
  { space, graph, spaceKeys, order, kernels }: Cache,
  support: Support,
  needs: readonly string[] = [],
): Promise<Piece | null> {
  if (!space.fit || !graph || needs.includes('projected-texts')) return null
  const keys = gatherRows(featuresOf(support.features, space.base), order)
  const project = openPiece(kernels, nameOf(space), graph)
  const given = await project({ features: keys }).catch(() => null)
  return given && isSame(given, spaceKeys) ? graph : null
}

function isSame(a: Matrix, b: Matrix): boolean {
  return (
    a.rows === b.rows &&
    a.columns === b.columns &&
    a.data.every((value, i) => Math.abs(value - (b.data[i] as number)) <= 1e-5)
  )
}

/** A space with its fit: nothing is fitted again. */
export function withKeptFit(space: FeatureSpace, graph: Piece): FeatureSpace {
  return {
    ...space,
    async fit(_, kernels) {
      const project = openPiece(kernels, nameOf(space), graph)
      return { graph, project: (features) => project({ features }) }
    },
  }
}

const nameOf = ({ id }: FeatureSpace): string => `kept fit of ${id}`

/** A kept fit as tensors and text of a classifier's file. */
export function writeFit({ nodes, constants = {} }: Piece): {
  readonly tensors: readonly (readonly [string, NamedTensor])[]
  readonly text: string
} {
  const tensors: [string, NamedTensor][] = []
  const others: Record<string, number | readonly number[]> = {}
  for (const [name, value] of Object.entries(constants)) {
    if (typeof value === 'number' || isIntegers(value)) others[name] = value
    else if (value instanceof Float32Array) {
      tensors.push([prefix + name, { type: 'float32', shape: [value.length], data: value }])
    } else {
      const { rows, columns, data } = value
      tensors.push([prefix + name, { type: 'float32', shape: [rows, columns], data }])
    }
  }
  return { tensors, text: JSON.stringify({ nodes: nodes.map(toNodeJson), constants: others }) }
}

/** Reads what `writeFit` wrote. Throws if it is something else. */
export function readFit(tensors: ReadonlyMap<string, NamedTensor>, text: string): Piece {
  const { nodes, constants } = describedSchema.parse(JSON.parse(text))
  const all: Record<string, Constant> = { ...constants }
  for (const [name, { type, shape, data }] of tensors) {
    if (!name.startsWith(prefix)) continue
    if (type !== 'float32') throw new Error('the fit of its space has whole numbers in place of floats')
    const [rows = 0, columns] = shape
    all[name.slice(prefix.length)] = columns === undefined ? data : matrix(rows, columns, data)
  }
  return { nodes: nodes.map((node) => fromJson(NodeProtoSchema, node)), constants: all }
}
