import type { WrittenGraph } from './model.js'

/** The largest batch that the server makes of requests. */
const maxBatch = 64

/** The configuration of a model in Triton's repository, which KServe reads too, with dynamic batching. */
export function tritonConfig({
  name,
  inputs,
  outputs,
}: Pick<WrittenGraph, 'inputs' | 'outputs'> & { readonly name: string }): string {
  const tensors = (shapes: WrittenGraph['inputs'], more: (name: string) => string) =>
    Object.entries(shapes).map(
      ([each, [, ...shape]]) =>
        `  {\n    name: "${each}"\n    data_type: TYPE_FP32\n    dims: [ ${shape.join(', ')} ]${more(each)}\n  }`,
    )
  return `name: "${name}"
platform: "onnxruntime_onnx"
max_batch_size: ${maxBatch}
input [
${tensors(inputs, () => '').join(',\n')}
]
output [
${tensors(outputs, (each) => (each === 'probabilities' ? '\n    label_filename: "labels.txt"' : '')).join(',\n')}
]
dynamic_batching {
  preferred_batch_size: [ 8, 16, 32 ]
  max_queue_delay_microseconds: 2000
}
`
}
