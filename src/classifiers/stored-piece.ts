import { fromJson, type JsonValue } from '@bufbuild/protobuf'
import { z } from 'zod'
import { matrix } from '../tensor/matrix.js'
import { NodeProtoSchema } from '../tensor/onnx/onnx_pb.js'
import { toNodeJson } from '../tensor/open-piece.js'
import { type Constant, isIntegers, type Piece } from '../tensor/piece.js'
import type { NamedTensor } from '../tensor/safetensors.js'

const describedSchema = z.object({
  nodes: z.array(z.custom<JsonValue>()),
  /** Numbers and lists of whole numbers; matrices and vectors are tensors of the file. */
  constants: z.record(z.string(), z.union([z.number(), z.array(z.number())])),
})

/** A piece as tensors, whose names begin with `prefix`, and text of a classifier's file. */
export function writePiece(
  { nodes, constants = {} }: Piece,
  prefix: string,
): {
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

/** Reads what `writePiece` wrote. Throws if it is something else. */
export function readPiece(tensors: ReadonlyMap<string, NamedTensor>, text: string, prefix: string): Piece {
  const { nodes, constants } = describedSchema.parse(JSON.parse(text))
  const all: Record<string, Constant> = { ...constants }
  for (const [name, { type, shape, data }] of tensors) {
    if (!name.startsWith(prefix)) continue
    if (type !== 'float32') throw new Error('a graph in it has whole numbers in place of floats')
    const [rows = 0, columns] = shape
    all[name.slice(prefix.length)] = columns === undefined ? data : matrix(rows, columns, data)
  }
  return { nodes: nodes.map((node) => fromJson(NodeProtoSchema, node)), constants: all }
}
