import { create } from '@bufbuild/protobuf'
import { type NodeOptions, node } from '../../tensor/onnx/graph.js'
import {
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataType,
  TensorProtoSchema,
} from '../../tensor/onnx/onnx_pb.js'
import type { Facts } from './observe.js'

/** The name of a tensor in the graph. */
export type Name = string

/** Collects the nodes of the backward pass, which the rules write. */
export interface Tape {
  /** Appends an operator and returns the name of its output. */
  emit(operator: string, inputs: readonly Name[], attributes?: NodeOptions['attributes']): Name
  /** The name of a constant int64 vector, such as a shape or axes. */
  integers(values: readonly number[]): Name
  /** The name of a constant float scalar, which broadcasts to any shape. */
  scalar(value: number): Name
  /** The shape of a tensor of the forward graph. */
  shapeOf(name: Name): readonly number[]
  /** The values of an int64 tensor of the forward graph. */
  valuesOf(name: Name): readonly number[]
  /** The name of a forward node's output at `index`. An optional output that was unused is added to the node. */
  output(of: NodeProto, index: number): Name
  readonly nodes: readonly NodeProto[]
  readonly constants: readonly TensorProto[]
}

/** A tape whose names start with `prefix`. No name of the forward graph may start with it. */
export function createTape(facts: Facts, prefix: string): Tape {
  const nodes: NodeProto[] = []
  const constants = new Map<Name, TensorProto>()

  function constant(name: Name, tensor: Parameters<typeof create<typeof TensorProtoSchema>>[1]): Name {
    if (!constants.has(name)) constants.set(name, create(TensorProtoSchema, { ...tensor, name }))
    return name
  }

  return {
    emit(operator, inputs, attributes) {
      const output = `${prefix}${nodes.length}_${operator}`
      const options = attributes === undefined ? { inputs, output } : { inputs, output, attributes }
      nodes.push(create(NodeProtoSchema, node(operator, options)))
      return output
    },
    integers: (values) =>
      constant(`${prefix}integers_${values.join('_')}`, {
        dataType: TensorProto_DataType.INT64,
        dims: [BigInt(values.length)],
        int64Data: values.map(BigInt),
      }),
    scalar: (value) =>
      constant(`${prefix}scalar_${value}`, { dataType: TensorProto_DataType.FLOAT, floatData: [value] }),
    shapeOf: (name) => known(facts.shapes, name),
    valuesOf: (name) => known(facts.integers, name),
    output(of, index) {
      while (of.output.length <= index) of.output.push('')
      of.output[index] ||= `${prefix}${of.output[0]}_${index}`
      return of.output[index]
    },
    nodes,
    get constants() {
      return [...constants.values()]
    },
  }
}

function known<T>(facts: ReadonlyMap<Name, T>, name: Name): T {
  const fact = facts.get(name)
  if (fact === undefined) throw new Error(`the tensor ${name} has not been observed`)
  return fact
}
