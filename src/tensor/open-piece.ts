import { create, type JsonValue, toJson } from '@bufbuild/protobuf'
import { fingerprintOf } from '../system/fingerprint.js'
import type { Kernels } from './kernels.js'
import type { Matrix } from './matrix.js'
import { NodeProtoSchema } from './onnx/onnx_pb.js'
import { type Constant, isIntegers, type Piece, runPiece } from './piece.js'

/** Runs a piece that has been opened. */
export type OpenedPiece = (inputs: Readonly<Record<string, Matrix>>) => Promise<Matrix>

/**
 * A piece that is run again and again: its name is made once, from `prefix` and its nodes, and its matrices are sent to the
 * computing thread once. Do not write to them afterwards.
 */
export function openPiece(kernels: Pick<Kernels, 'keep' | 'run'>, prefix: string, piece: Piece): OpenedPiece {
  for (const value of Object.values(piece.constants ?? {})) {
    if (typeof value === 'object' && 'rows' in value) kernels.keep(value)
  }
  const name = `${prefix}: ${structureOf(piece)}`
  return (inputs) => runPiece(kernels, name, piece, inputs)
}

/** Pieces of one structure differ in float constants alone. */
function structureOf({ nodes, constants = {} }: Piece): string {
  const kinds = Object.entries(constants).map(([name, value]) => [
    name,
    isIntegers(value) ? value : kindOf(value),
  ])
  return fingerprintOf([nodes.map(toNodeJson), kinds])
}

const kindOf = (value: Constant): string =>
  typeof value === 'number' ? 'number' : value instanceof Float32Array ? 'vector' : 'matrix'

/** A node of a piece as JSON. */
export const toNodeJson = (node: Piece['nodes'][number]): JsonValue =>
  toJson(NodeProtoSchema, create(NodeProtoSchema, node))
