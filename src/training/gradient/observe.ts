import { create } from '@bufbuild/protobuf'
import { node } from '../../tensor/onnx/graph.js'
import { type OnnxModel, openModel, withGraph } from '../../tensor/onnx/model.js'
import { NodeProtoSchema, type ValueInfoProto, ValueInfoProtoSchema } from '../../tensor/onnx/onnx_pb.js'
import type { Runtime, Tensor } from '../../tensor/runtime.js'

/** Shapes and values of a graph's tensors for one batch size. Differentiation needs constant shapes. */
export interface Facts {
  readonly shapes: ReadonlyMap<string, readonly number[]>
  /** The values of the requested int64 tensors. */
  readonly integers: ReadonlyMap<string, readonly number[]>
  /** The values of the requested float32 tensors. */
  readonly floats: ReadonlyMap<string, Float32Array>
}

/** Names of tensors to observe: in `tensors` for their shapes, in the others for their values. */
export interface Observed {
  readonly tensors?: Iterable<string>
  readonly integers?: Iterable<string>
  readonly floats?: Iterable<string>
}

/**
 * Runs the graph once on `feeds` and returns the shapes and values of tensors. Running the graph is safer than inferring
 * shapes, since it is right for every operator. Throws ONNX Runtime's error.
 */
export async function observe(
  runtime: Runtime,
  model: OnnxModel,
  feeds: Readonly<Record<string, Tensor>>,
  { tensors = [], integers = [], floats = [] }: Observed,
): Promise<Facts> {
  const requested = [
    ...[...new Set(tensors)].map((name) => ({
      name,
      operator: 'Shape',
      output: shapeOf(name),
    })),
    ...[...new Set([...integers, ...floats])].map((name) => ({
      name,
      operator: 'Identity',
      output: valuesOf(name),
    })),
  ]
  const { graph } = model
  const observed = withGraph(model, {
    node: [
      ...graph.node,
      ...requested.map(({ name, operator, output }) =>
        create(NodeProtoSchema, node(operator, { inputs: [name], output })),
      ),
    ],
    output: requested.map((each) => output(each.output)),
  })
  const session = await openModel(runtime, observed)
  const results = await session.run(feeds).finally(() => session.release())
  const tensorOf = (output: string): Tensor => {
    const tensor = results[output]
    if (tensor === undefined) throw new Error(`there is no ${output}`)
    return tensor
  }
  const numbers = (output: string): readonly number[] => Array.from(tensorOf(output).data, Number)
  return {
    shapes: new Map(Array.from(tensors, (name) => [name, numbers(shapeOf(name))])),
    integers: new Map(Array.from(integers, (name) => [name, numbers(valuesOf(name))])),
    floats: new Map(Array.from(floats, (name) => [name, Float32Array.from(numbers(valuesOf(name)))])),
  }
}

const shapeOf = (name: string): string => `observed shape of ${name}`
const valuesOf = (name: string): string => `observed ${name}`

/** An output of a graph. ONNX Runtime infers its type. */
export const output = (name: string): ValueInfoProto => create(ValueInfoProtoSchema, { name })
