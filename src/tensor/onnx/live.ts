import type { GraphProto, NodeProto } from './onnx_pb.js'

/** What a graph's outputs depend on: with `nodes` in place of its own, those that are left, and the initializers. */
export function livePart(
  { output, initializer }: Pick<GraphProto, 'output' | 'initializer'>,
  nodes: readonly NodeProto[],
): Pick<GraphProto, 'node' | 'initializer'> {
  const live = new Set(output.map(({ name }) => name))
  for (const { input, output } of nodes.toReversed()) {
    if (output.some((name) => live.has(name))) for (const name of input) live.add(name)
  }
  return {
    node: nodes.filter(({ output }) => output.some((name) => live.has(name))),
    initializer: initializer.filter(({ name }) => live.has(name)),
  }
}
