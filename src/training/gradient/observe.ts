import { create } from '@bufbuild/protobuf'
import { node } from '../../tensor/onnx/graph.js'
import { type OnnxModel, openModel, withGraph } from '../../tensor/onnx/model.js'
import { NodeProtoSchema, type ValueInfoProto, ValueInfoProtoSchema } from '../../tensor/onnx/onnx_pb.js'
import type { Runtime, Tensor } from '../../tensor/runtime.js'

/** What a graph's tensors are like at one size of batch: differentiation works on constant shapes. */
export interface Facts {
  readonly shapes: ReadonlyMap<string, readonly number[]>
  /** The values of the int64 tensors asked for. */
  readonly integers: ReadonlyMap<string, readonly number[]>
}

/**
 * Runs the graph once on `feeds` and notes the shape of every tensor named in `tensors` and the values of every one in
 * `integers`. Running beats inferring: no operator can be misunderstood.
 */
export async function observe(
  runtime: Runtime,
  model: OnnxModel,
  feeds: Readonly<Record<string, Tensor>>,
  { tensors, integers }: { readonly tensors: Iterable<string>; readonly integers: Iterable<string> },
): Promise<Facts> {
  const asked = [
    ...[...new Set(tensors)].map((name) => ({
      name,
      operator: 'Shape',
      output: `observed shape of ${name}`,
    })),
    ...[...new Set(integers)].map((name) => ({ name, operator: 'Identity', output: `observed ${name}` })),
  ]
  const { graph } = model
  const observed = withGraph(model, {
    node: [
      ...graph.node,
      ...asked.map(({ name, operator, output }) =>
        create(NodeProtoSchema, node(operator, { inputs: [name], output })),
      ),
    ],
    output: asked.map((each) => output(each.output)),
  })
  const session = await openModel(runtime, observed)
  const results = await session.run(feeds).finally(() => session.release())
  const valuesOf = (output: string): readonly number[] => {
    const tensor = results[output]
    if (tensor?.type !== 'int64') throw new Error(`${output} is no int64 tensor`)
    return Array.from(tensor.data, Number)
  }
  const facts = (operator: string) =>
    new Map(
      asked
        .filter((each) => each.operator === operator)
        .map(({ name, output }) => [name, valuesOf(output)] as const),
    )
  return { shapes: facts('Shape'), integers: facts('Identity') }
}

/** An output of a graph. ONNX Runtime finds its type by itself. */
export const output = (name: string): ValueInfoProto => create(ValueInfoProtoSchema, { name })
