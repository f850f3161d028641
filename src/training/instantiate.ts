import type { GraphProto, NodeProto } from '../tensor/onnx/onnx_pb.js'
import { withFields } from '../tensor/onnx/with-fields.js'

/** A copy of a graph's nodes under other names. */
export interface Instance {
  readonly nodes: readonly NodeProto[]
  /** The name of one of the graph's values in this copy. */
  name(value: string): string
}

/**
 * Copies a graph's nodes and renames everything they compute, so that one graph can have several copies. `inputs` maps
 * values that the copy reads to other names; constants are shared. ONNX Runtime merges nodes that compute the same.
 */
export function instantiate(
  { node }: GraphProto,
  prefix: string,
  inputs: ReadonlyMap<string, string> = new Map(),
): Instance {
  const computed = new Set(node.flatMap(({ output }) => output))
  const name = (value: string): string =>
    inputs.get(value) ?? (value !== '' && computed.has(value) ? `${prefix}${value}` : value)
  return {
    name,
    nodes: node.map((each) =>
      withFields(each, {
        name: each.name && `${prefix}${each.name}`,
        input: each.input.map(name),
        output: each.output.map(name),
      }),
    ),
  }
}
