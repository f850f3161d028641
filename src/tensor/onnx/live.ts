import { type OnnxModel, withGraph } from './model.js'
import type { GraphProto, NodeProto } from './onnx_pb.js'
import { valuesReadBy } from './topology.js'

/** The model with only the first of the named outputs that it has. A model without any of them is returned unchanged. */
export function withOutput(model: OnnxModel, names: readonly string[]): OnnxModel {
  const { graph } = model
  const name = names.find((each) => graph.output.some((output) => output.name === each))
  if (name === undefined) return model
  const output = graph.output.filter((each) => each.name === name)
  return withGraph(model, { output, ...livePart({ ...graph, output }, graph.node) })
}

/**
 * The nodes and initializers that a graph's outputs depend on. The graph's own nodes are replaced by `nodes`, in any order:
 * converters do not always sort them.
 */
export function livePart(
  { output, initializer }: Pick<GraphProto, 'output' | 'initializer'>,
  nodes: readonly NodeProto[],
): Pick<GraphProto, 'node' | 'initializer'> {
  const producers = new Map(nodes.flatMap((node) => node.output.map((value) => [value, node] as const)))
  const live = new Set(output.map(({ name }) => name))
  // A loop over a set also visits the values that are added meanwhile.
  for (const value of live) {
    const producer = producers.get(value)
    for (const read of producer ? valuesReadBy(producer) : []) if (read !== '') live.add(read)
  }
  return {
    node: nodes.filter(({ output }) => output.some((name) => live.has(name))),
    initializer: initializer.filter(({ name }) => live.has(name)),
  }
}
