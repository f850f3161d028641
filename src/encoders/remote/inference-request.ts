import { z } from 'zod'
import type { Tensor } from '../../tensor/runtime.js'

// The binary tensors of the Open Inference Protocol v2: a JSON header, followed by the bytes of each tensor, little-endian and
// row-major (https://github.com/kserve/open-inference-protocol, extension "binary data").

/** The header that says how many bytes of a body are JSON. */
export const jsonLengthHeader = 'inference-header-content-length'

const datatypes = { float32: 'FP32', int32: 'INT32', int64: 'INT64' } as const

/** The type of a tensor by the protocol's name for it; undefined for types that no tower has. */
export const typeOfDatatype = (datatype: string): Tensor['type'] | undefined =>
  (['float32', 'int32', 'int64'] as const).find((type) => datatypes[type] === datatype)

/** The body of a request for one output, and how many of its first bytes are JSON. */
export function formatRequest(
  inputs: Readonly<Record<string, Tensor>>,
  output: string,
): { readonly body: Buffer; readonly jsonLength: number } {
  const json = Buffer.from(
    JSON.stringify({
      inputs: Object.entries(inputs).map(([name, { type, dims, data }]) => ({
        ...{ name, datatype: datatypes[type], shape: dims },
        parameters: { binary_data_size: data.byteLength },
      })),
      outputs: [{ name: output, parameters: { binary_data: true } }],
    }),
  )
  const tensors = Object.values(inputs).map(({ data }) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  )
  return { body: Buffer.concat([json, ...tensors]), jsonLength: json.byteLength }
}

const answerSchema = z.object({
  outputs: z.array(
    z.object({
      name: z.string(),
      datatype: z.string(),
      shape: z.array(z.int().nonnegative()),
      parameters: z.object({ binary_data_size: z.int().nonnegative().optional() }).optional(),
      data: z.array(z.number()).optional(),
    }),
  ),
})

/**
 * The output of that name in an answer, of which the first `jsonLength` bytes are JSON; all of them if it is undefined. A server
 * without the extension answers in JSON alone. Throws an error that says what is wrong.
 */
export function parseAnswer(body: Buffer, jsonLength: number | undefined, output: string): Tensor {
  const { outputs } = answerSchema.parse(JSON.parse(body.subarray(0, jsonLength).toString('utf8')))
  let from = jsonLength ?? body.byteLength
  for (const { name, datatype, shape, parameters, data } of outputs) {
    const size = parameters?.binary_data_size ?? 0
    if (name === output) {
      if (datatype !== 'FP32') throw new Error(`its output ${output} is ${datatype}, not FP32`)
      const values = data ? Float32Array.from(data) : floatsOf(body.subarray(from, from + size))
      const expected = shape.reduce((product, each) => product * each, 1)
      if (values.length !== expected) {
        throw new Error(`its output ${output} has ${values.length} numbers, not ${expected}`)
      }
      return { type: 'float32', dims: shape, data: values }
    }
    from += size
  }
  throw new Error(`it has no output ${output}`)
}

function floatsOf(bytes: Buffer): Float32Array {
  if (bytes.byteLength % 4 !== 0) throw new Error('a tensor is cut short')
  // The bytes may not begin at a multiple of four.
  return new Float32Array(Uint8Array.from(bytes).buffer)
}
