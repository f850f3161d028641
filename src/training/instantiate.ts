import type { GraphProto, NodeProto } from '../tensor/onnx/onnx_pb.js'
import { withFields } from '../tensor/onnx/with-fields.js'

/** A graph's nodes once more, under other names. */
export interface Instance {
  readonly nodes: readonly NodeProto[]
  /** What a value of the graph is called here. */
  name(value: string): string
}

/**
 * A graph's nodes with everything they compute renamed, so that one graph can hold several of them: what stands in
 * `inputs` is read under the name given there, and constants are shared. Those that compute the same from the same are
 * merged by ONNX Runtime.
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
