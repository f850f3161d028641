import { create } from '@bufbuild/protobuf'
import { type NodeProto, NodeProtoSchema } from './onnx/onnx_pb.js'
import type { Constant, Piece } from './piece.js'

/** Puts pieces together. */
export interface JoinedPieces {
  /**
   * Adds a piece whose values get the prefix, so that no two pieces meet by accident. `inputs` says where it finds what it reads
   * from outside, and `output` is the name of its result.
   */
  add(piece: Piece, prefix: string, inputs: Readonly<Record<string, string>>, output: string): void
  /** All pieces as one. */
  joined(): { readonly nodes: NodeProto[]; readonly constants: Readonly<Record<string, Constant>> }
}

export function joinPieces(): JoinedPieces {
  const nodes: NodeProto[] = []
  const all: Record<string, Constant> = {}
  return {
    add({ nodes: own, constants = {} }, prefix, inputs, output) {
      const made = new Set([...Object.keys(constants), ...own.flatMap((each) => each.output)])
      const nameOf = (name: string): string =>
        name === 'result' ? output : ((made.has(name) ? undefined : inputs[name]) ?? `${prefix}/${name}`)
      for (const [name, value] of Object.entries(constants)) all[nameOf(name)] = value
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
    },
    joined: () => ({ nodes, constants: all }),
  }
}
