import type { GraphProto, NodeProto, TensorProto } from './onnx_pb.js'

/** Who makes and who reads each value of a graph, as the graph was when this was made. */
export interface Topology {
  readonly graph: GraphProto
  /** The node that computes a value; undefined for inputs and initializers. */
  producer(value: string): NodeProto | undefined
  /** The nodes that read a value, in the graph's order. */
  consumers(value: string): readonly NodeProto[]
  /** A tensor that is part of the graph: an initializer, or what a Constant node holds. */
  tensor(value: string): TensorProto | undefined
  /** Whether a value is the same in every run: computed, if at all, from tensors of the graph alone. */
  isConstant(value: string): boolean
  isInput(value: string): boolean
}

/** Indexes a graph: linear in its nodes. */
export function topologyOf(graph: GraphProto): Topology {
  const producers = new Map<string, NodeProto>()
  const consumers = new Map<string, NodeProto[]>()
  const tensors = new Map<string, TensorProto>(graph.initializer.map((tensor) => [tensor.name, tensor]))
  const inputs = new Set(graph.input.map(({ name }) => name).filter((name) => !tensors.has(name)))
  const constants = new Set(tensors.keys())
  for (const node of graph.node) {
    const held = node.opType === 'Constant' ? node.attribute[0]?.t : undefined
    const constant =
      node.opType === 'Constant' ||
      (node.input.length > 0 && readBy(node).every((input) => input === '' || constants.has(input)))
    for (const output of node.output) {
      producers.set(output, node)
      if (constant) constants.add(output)
      if (held) tensors.set(output, held)
    }
    for (const input of new Set(readBy(node))) {
      const readers = consumers.get(input)
      if (readers) readers.push(node)
      else consumers.set(input, [node])
    }
  }
  return {
    graph,
    producer: (value) => producers.get(value),
    consumers: (value) => consumers.get(value) ?? [],
    tensor: (value) => tensors.get(value),
    isConstant: (value) => constants.has(value),
    isInput: (value) => inputs.has(value),
  }
}

/** What a node reads: its inputs, and what is read within the bodies of an If or a Loop, of the graph around them too. */
export function readBy({ input, attribute }: NodeProto): readonly string[] {
  const bodies = attribute.flatMap(({ g, graphs }) => (g ? [g, ...graphs] : graphs))
  return [
    ...input,
    ...bodies.flatMap(({ node, output }) => [...node.flatMap(readBy), ...output.map(({ name }) => name)]),
  ]
}

/** Operators that pass a value on, in another number format at most. */
const transparent = new Set(['Identity', 'Dropout', 'Cast', 'QuantizeLinear', 'DequantizeLinear'])

/** Where a value comes from, seen through quantisation, casts and identities. */
export function originOf(topology: Topology, value: string): string {
  for (let at = value; ; ) {
    const producer = topology.producer(at)
    const [input] = producer?.input ?? []
    if (producer === undefined || input === undefined || !transparent.has(producer.opType)) return at
    at = input
  }
}

/**
 * The nodes that compute `value` from the value whose origin is `from` and from constants alone; undefined where it
 * depends on anything else. What is computed from shapes counts as constant: it carries no data.
 */
export function branchBetween(topology: Topology, from: string, value: string): NodeProto[] | undefined {
  const nodes = new Set<NodeProto>()
  const waiting = [value]
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (at === '' || topology.isConstant(at) || originOf(topology, at) === from) continue
    const producer = topology.producer(at)
    if (producer === undefined) return undefined
    if (producer.opType === 'Shape' || nodes.has(producer)) continue
    nodes.add(producer)
    waiting.push(...producer.input)
  }
  return [...nodes]
}
