import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { errors, reasonOf } from '../errors.js'
import { writeAtomically } from '../system/write-atomically.js'

/**
 * A tensor of a safetensors file, row-major. On reading, floats of 16 and 64 bits become float32, and integers of 8 and 64
 * bits int32.
 */
export type NamedTensor =
  | { readonly type: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'int32'; readonly shape: readonly number[]; readonly data: Int32Array }

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, NamedTensor>
  readonly metadata: Readonly<Record<string, string>>
}

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
})
const headerSchema = z.looseObject({ __metadata__: z.record(z.string(), z.string()).optional() })

/** Reads a safetensors file. Throws INVALID_TENSOR_FILE, or INVALID_TENSOR with the name of the tensor. */
export async function readSafetensors(file: string): Promise<TensorFile> {
  let bytes: Buffer
  try {
    bytes = await readFile(file)
  } catch (error) {
    throw errors.invalidTensorFile({ file, reason: reasonOf(error) })
  }
  return parseSafetensors(bytes, file)
}

/** Parses the bytes of a safetensors file. Errors name `file`. Throws as `readSafetensors`. */
export function parseSafetensors(bytes: Uint8Array, file: string): TensorFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerLength = bytes.length >= 8 ? Number(view.getBigUint64(0, true)) : Number.POSITIVE_INFINITY
  if (8 + headerLength > bytes.length) {
    throw errors.invalidTensorFile({ file, reason: 'its header is cut off' })
  }
  let header: Record<string, unknown>
  try {
    header = headerSchema.parse(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength))))
  } catch {
    throw errors.invalidTensorFile({ file, reason: 'its header is not valid safetensors JSON' })
  }
  const { __metadata__: metadata, ...entries } = header as Record<string, unknown> & {
    __metadata__?: Record<string, string>
  }
  const body = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(8 + headerLength)
  const tensors = new Map<string, NamedTensor>()
  for (const [name, entry] of Object.entries(entries)) tensors.set(name, parseTensor(name, entry, body))
  return { tensors, metadata: metadata ?? {} }
}

/** Writes a safetensors file atomically. Throws DISK_FULL or STORAGE_FAILED, in which the file is called `what`. */
export const writeSafetensors = (
  file: string,
  { tensors, metadata }: TensorFile,
  what: string,
): Promise<void> => writeAtomically(file, formatSafetensors({ tensors, metadata }), what)

/** The bytes of a safetensors file. */
export function formatSafetensors({ tensors, metadata }: TensorFile): Uint8Array {
  let offset = 0
  const header: Record<string, unknown> = { __metadata__: metadata }
  for (const [name, { type, shape, data }] of tensors) {
    header[name] = {
      dtype: type === 'float32' ? 'F32' : 'I32',
      shape,
      data_offsets: [offset, offset + data.byteLength],
    }
    offset += data.byteLength
  }
  const json = new TextEncoder().encode(JSON.stringify(header))
  // Padding with spaces makes the tensors start at a multiple of eight bytes.
  const start = 8 + Math.ceil(json.length / 8) * 8
  const bytes = new Uint8Array(start + offset).fill(0x20, 8, start)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true)
  bytes.set(json, 8)
  let position = start
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position)
    position += data.byteLength
  }
  return bytes
}

function parseTensor(name: string, entry: unknown, body: Uint8Array): NamedTensor {
  const parsed = entrySchema.safeParse(entry)
  if (!parsed.success) throw errors.invalidTensor({ tensor: name, reason: 'its header entry is malformed' })
  const { dtype, shape, data_offsets } = parsed.data
  const [from, to] = data_offsets
  const reader = readers[dtype]
  if (reader === undefined) {
    throw errors.invalidTensor({
      tensor: name,
      reason: `its type ${dtype} is not supported; supported are ${Object.keys(readers).join(', ')}`,
    })
  }
  const length = shape.reduce((product, dimension) => product * dimension, 1)
  if (to > body.length || to - from !== length * reader.bytes) {
    throw errors.invalidTensor({
      tensor: name,
      reason: `its shape ${JSON.stringify(shape)} does not fit its ${to - from} bytes in the file`,
    })
  }
  // A copy is aligned, and the file's buffer can be freed.
  return reader.read(body.slice(from, to).buffer, shape)
}

interface Reader {
  readonly bytes: number
  read(buffer: ArrayBuffer, shape: readonly number[]): NamedTensor
}

const float = (bytes: number, convert: (buffer: ArrayBuffer) => Float32Array): Reader => ({
  bytes,
  read: (buffer, shape) => ({ type: 'float32', shape, data: convert(buffer) }),
})
const integer = (bytes: number, convert: (buffer: ArrayBuffer) => Int32Array): Reader => ({
  bytes,
  read: (buffer, shape) => ({ type: 'int32', shape, data: convert(buffer) }),
})

const readers: Readonly<Record<string, Reader>> = {
  F64: float(8, (buffer) => Float32Array.from(new Float64Array(buffer))),
  F32: float(4, (buffer) => new Float32Array(buffer)),
  F16: float(2, (buffer) => Float32Array.from(new Uint16Array(buffer), fromHalf)),
  I64: integer(8, (buffer) => Int32Array.from(new BigInt64Array(buffer), Number)),
  I32: integer(4, (buffer) => new Int32Array(buffer)),
  U8: integer(1, (buffer) => Int32Array.from(new Uint8Array(buffer))),
}

/** IEEE half precision to a number. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
