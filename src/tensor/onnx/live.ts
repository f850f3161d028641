import { type OnnxModel, withGraph } from './model.js'
import type { GraphProto, NodeProto } from './onnx_pb.js'
import { readBy } from './topology.js'

/** The model giving the first of these outputs that it has, and nothing else; as it is where it has none. */
export function withOutput(model: OnnxModel, names: readonly string[]): OnnxModel {
  const { graph } = model
  const name = names.find((each) => graph.output.some((output) => output.name === each))
  if (name === undefined) return model
  const output = graph.output.filter((each) => each.name === name)
  return withGraph(model, { output, ...livePart({ ...graph, output }, graph.node) })
}

/**
 * What a graph's outputs depend on: with `nodes` in place of its own, those that are left, and the initializers. The nodes
 * may stand in any order, as converters leave them.
 */
export function livePart(
  { output, initializer }: Pick<GraphProto, 'output' | 'initializer'>,
  nodes: readonly NodeProto[],
): Pick<GraphProto, 'node' | 'initializer'> {
  const producers = new Map(nodes.flatMap((node) => node.output.map((value) => [value, node] as const)))
  const live = new Set(output.map(({ name }) => name))
  // What is added on the way has its turn as well.
  for (const value of live) {
    const producer = producers.get(value)
    for (const read of producer ? readBy(producer) : []) if (read !== '') live.add(read)
  }
  return {
    node: nodes.filter(({ output }) => output.some((name) => live.has(name))),
    initializer: initializer.filter(({ name }) => live.has(name)),
  }
}
