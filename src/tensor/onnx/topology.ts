import type { GraphProto, NodeProto, TensorProto } from './onnx_pb.js'

/** An index of a graph: which nodes compute and read each value. It does not follow later changes of the graph. */
export interface Topology {
  readonly graph: GraphProto
  /** The node that computes a value. Undefined for inputs and initializers. */
  producer(value: string): NodeProto | undefined
  /** The nodes that read a value, in the order of the graph. */
  consumers(value: string): readonly NodeProto[]
  /** The tensor of an initializer or of a Constant node. */
  tensor(value: string): TensorProto | undefined
  /** Whether a value is the same in every run: an initializer, or computed from initializers alone. */
  isConstant(value: string): boolean
  isInput(value: string): boolean
}

/** Indexes a graph, in time linear in its nodes. */
export function topologyOf(graph: GraphProto): Topology {
  const producers = new Map<string, NodeProto>()
  const consumers = new Map<string, NodeProto[]>()
  const tensors = new Map<string, TensorProto>(graph.initializer.map((tensor) => [tensor.name, tensor]))
  const inputs = new Set(graph.input.map(({ name }) => name).filter((name) => !tensors.has(name)))
  const constants = new Set(tensors.keys())
  for (const node of graph.node) {
    const stored = node.opType === 'Constant' ? node.attribute[0]?.t : undefined
    const constant =
      node.opType === 'Constant' ||
      (node.input.length > 0 && valuesReadBy(node).every((input) => input === '' || constants.has(input)))
    for (const output of node.output) {
      producers.set(output, node)
      if (constant) constants.add(output)
      if (stored) tensors.set(output, stored)
    }
    for (const input of new Set(valuesReadBy(node))) {
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

/** The values that a node reads: its inputs, and the values that the bodies of an If or a Loop read. */
export function valuesReadBy({ input, attribute }: NodeProto): readonly string[] {
  const bodies = attribute.flatMap(({ g, graphs }) => (g ? [g, ...graphs] : graphs))
  return [
    ...input,
    ...bodies.flatMap(({ node, output }) => [
      ...node.flatMap(valuesReadBy),
      ...output.map(({ name }) => name),
    ]),
  ]
}

/** Operators that pass a value on, at most in another number format. */
const transparent = new Set(['Identity', 'Dropout', 'Cast', 'QuantizeLinear', 'DequantizeLinear'])

/** The value that a value comes from, through quantisation, casts and identities. */
export function originOf(topology: Topology, value: string): string {
  for (let current = value; ; ) {
    const producer = topology.producer(current)
    const [input] = producer?.input ?? []
    if (producer === undefined || input === undefined || !transparent.has(producer.opType)) return current
    current = input
  }
}

/**
 * The nodes that compute `value` from `from` and from constants alone; undefined if it depends on anything else. `from` is
 * an origin, as `originOf` returns it. Values computed from shapes count as constants, since they carry no data.
 */
export function branchBetween(topology: Topology, from: string, value: string): NodeProto[] | undefined {
  const nodes = new Set<NodeProto>()
  const waiting = [value]
  for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
    if (current === '' || topology.isConstant(current) || originOf(topology, current) === from) continue
    const producer = topology.producer(current)
    if (producer === undefined) return undefined
    if (producer.opType === 'Shape' || nodes.has(producer)) continue
    nodes.add(producer)
    waiting.push(...producer.input)
  }
  return [...nodes]
}
