import { open } from 'node:fs/promises'
import { z } from 'zod'
import { errors, reasonOf, ShotboardError } from '../errors.js'
import { writeAtomically } from '../system/write-atomically.js'

/**
 * A tensor of a safetensors file, row-major. On reading, floats of 16 and 64 bits become float32, and integers of
 * other sizes int32.
 */
export type NamedTensor =
  | { readonly type: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'int32'; readonly shape: readonly number[]; readonly data: Int32Array }

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, NamedTensor>
  readonly metadata: Readonly<Record<string, string>>
}

/** Reads a safetensors file, one tensor after another. Throws INVALID_TENSOR_FILE, or INVALID_TENSOR with the tensor's name. */
export async function readSafetensors(file: string): Promise<TensorFile> {
  const source = await openSource(file)
  try {
    return await readTensors(source, file)
  } finally {
    await source.close()
  }
}

/** Parses the bytes of a safetensors file. Errors name `file`. Throws as `readSafetensors`. */
export function parseSafetensors(bytes: Uint8Array, file: string): TensorFile {
  const { start, entries, metadata } = parseHeader(bytes, bytes.length, file)
  const tensors = new Map<string, NamedTensor>()
  for (const [name, entry] of entries) {
    // A copy is aligned, and the file's buffer can be freed.
    const body = new Uint8Array(bytes.subarray(start + entry.from, start + entry.to))
    tensors.set(name, decodeTensor(name, entry, body.buffer))
  }
  return { tensors, metadata }
}

async function readTensors(source: ByteSource, file: string): Promise<TensorFile> {
  const { start, entries, metadata } = await readHeader(source, file)
  const tensors = new Map<string, NamedTensor>()
  for (const [name, entry] of entries) {
    const bytes = await source.read(start + entry.from, start + entry.to)
    tensors.set(name, decodeTensor(name, entry, bytes.buffer))
  }
  return { tensors, metadata }
}

/** Reads the named tensors of one number each that a file has, without the rest of the file. Throws as `readSafetensors`. */
export async function readScalars<Name extends string>(
  file: string | ByteSource,
  names: readonly Name[],
): Promise<Partial<Record<Name, number>>> {
  const [source, what] = typeof file === 'string' ? [await openSource(file), file] : [file, 'the file']
  try {
    const { start, entries } = await readHeader(source, what)
    const found: Partial<Record<Name, number>> = {}
    for (const name of names) {
      const entry = entries.get(name)
      if (entry === undefined || lengthOf(entry.shape) !== 1) continue
      const bytes = await source.read(start + entry.from, start + entry.to)
      const value = decodeTensor(name, entry, bytes.buffer).data[0]
      if (value !== undefined) found[name] = value
    }
    return found
  } finally {
    await source.close()
  }
}

/** Something whose bytes can be read from any position, such as a file here or on a server. */
export interface ByteSource {
  readonly size: number
  /** The bytes in a buffer of just their size. */
  read(from: number, to: number): Promise<Uint8Array<ArrayBuffer>>
  close(): Promise<void>
}

/** The largest number of bytes that one call of the system reads. */
const maxRead = 2 ** 30

async function openSource(file: string): Promise<ByteSource> {
  const invalid = (reason: string) => errors.invalidTensorFile({ file, reason })
  const handle = await open(file).catch((error: unknown) => {
    throw invalid(reasonOf(error))
  })
  const { size } = await handle.stat()
  return {
    size,
    async read(from, to) {
      const bytes = new Uint8Array(to - from)
      for (let done = 0; done < bytes.length; ) {
        const length = Math.min(maxRead, bytes.length - done)
        const { bytesRead } = await handle.read(bytes, done, length, from + done).catch((error: unknown) => {
          throw invalid(reasonOf(error))
        })
        if (bytesRead === 0) throw invalid('it was cut while it was read')
        done += bytesRead
      }
      return bytes
    },
    close: () => handle.close(),
  }
}

interface Entry {
  readonly dtype: string
  readonly shape: readonly number[]
  /** Positions after the header. */
  readonly from: number
  readonly to: number
}

interface Header {
  /** Where the tensors start in the file. */
  readonly start: number
  readonly entries: ReadonlyMap<string, Entry>
  readonly metadata: TensorFile['metadata']
}

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
})
const headerSchema = z.record(z.string(), z.unknown())
const metadataSchema = z.record(z.string(), z.string()).nullish()

/** That of the reference implementation. */
const maxHeaderBytes = 100_000_000
/** Far more tensors, or metadata, than any model has. Each takes about ten microseconds of the thread. */
const maxNames = 20_000

async function readHeader({ size, read }: ByteSource, file: string): Promise<Header> {
  const prefix = await read(0, Math.min(size, 8))
  const header = await read(0, headerEnd(prefix, size, file))
  return parseHeader(header, size, file)
}

/** Where the header of a file of `size` bytes ends. */
function headerEnd(bytes: Uint8Array, size: number, file: string): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = bytes.length >= 8 ? Number(view.getBigUint64(0, true)) : Number.POSITIVE_INFINITY
  if (8 + length > size) throw errors.invalidTensorFile({ file, reason: 'its header is cut off' })
  if (length > maxHeaderBytes) throw errors.invalidTensorFile({ file, reason: 'its header is too long' })
  return 8 + length
}

/** Parses the header at the start of a file of `size` bytes, and checks that its tensors share no bytes. */
function parseHeader(bytes: Uint8Array, size: number, file: string): Header {
  const start = headerEnd(bytes, size, file)
  const invalid = (reason: string) => errors.invalidTensorFile({ file, reason })
  let header: Record<string, unknown>
  let metadata: TensorFile['metadata']
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)))
    if (Math.max(namesIn(json), namesIn(metadataIn(json))) > maxNames) {
      throw invalid(`its header has more than ${maxNames} names`)
    }
    header = headerSchema.parse(json)
    metadata = metadataSchema.parse(header.__metadata__) ?? {}
  } catch (error) {
    throw error instanceof ShotboardError ? error : invalid('its header is not valid safetensors JSON')
  }
  const entries = new Map<string, Entry>()
  for (const [name, value] of Object.entries(header)) {
    if (name !== '__metadata__') entries.set(name, parseEntry(name, value, size - start))
  }
  const inOrder = [...entries].filter(([, { from, to }]) => to > from).sort(([, a], [, b]) => a.from - b.from)
  for (const [i, [tensor, { from }]] of inOrder.entries()) {
    const [other, before] = inOrder[i - 1] ?? []
    if (before && from < before.to) {
      throw errors.invalidTensor({ tensor, reason: `its bytes are also those of ${other}` })
    }
  }
  return { start, entries, metadata }
}

const namesIn = (value: unknown): number =>
  typeof value === 'object' && value !== null ? Object.keys(value).length : 0

const metadataIn = (header: unknown): unknown =>
  typeof header === 'object' && header !== null && '__metadata__' in header ? header.__metadata__ : undefined

function parseEntry(tensor: string, value: unknown, bodyBytes: number): Entry {
  const parsed = entrySchema.safeParse(value)
  if (!parsed.success) throw errors.invalidTensor({ tensor, reason: 'its header entry is malformed' })
  const { dtype, shape, data_offsets } = parsed.data
  const [from, to] = data_offsets
  if (from > to || to > bodyBytes) {
    const reason = `its bytes ${from} to ${to} are not in the file, which has ${bodyBytes}`
    throw errors.invalidTensor({ tensor, reason })
  }
  return { dtype, shape, from, to }
}

const lengthOf = (shape: readonly number[]): number =>
  shape.reduce((product, dimension) => product * dimension, 1)

function decodeTensor(tensor: string, { dtype, shape }: Entry, buffer: ArrayBuffer): NamedTensor {
  const reader = readers[dtype]
  if (reader === undefined) {
    throw errors.invalidTensor({
      tensor,
      reason: `its type ${dtype} is not supported; supported are ${Object.keys(readers).join(', ')}`,
    })
  }
  if (buffer.byteLength !== lengthOf(shape) * reader.bytes) {
    throw errors.invalidTensor({
      tensor,
      reason: `its shape ${JSON.stringify(shape)} does not fit its ${buffer.byteLength} bytes in the file`,
    })
  }
  return reader.read(buffer, shape, tensor)
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

interface Reader {
  readonly bytes: number
  read(buffer: ArrayBuffer, shape: readonly number[], tensor: string): NamedTensor
}

const float = (bytes: number, convert: (buffer: ArrayBuffer) => Float32Array): Reader => ({
  bytes,
  read: (buffer, shape) => ({ type: 'float32', shape, data: convert(buffer) }),
})
const integer = (
  bytes: number,
  view: (buffer: ArrayBuffer) => { readonly length: number; readonly [i: number]: number | bigint },
): Reader => ({
  bytes,
  read: (buffer, shape, tensor) => ({ type: 'int32', shape, data: toInt32(view(buffer), tensor) }),
})

/** Throws INVALID_TENSOR for a number that does not fit into 32 bits, which would become another. */
function toInt32(
  values: { readonly length: number; readonly [i: number]: number | bigint },
  tensor: string,
): Int32Array {
  const data = new Int32Array(values.length)
  for (let i = 0; i < data.length; i++) {
    const value = values[i] ?? 0
    data[i] = Number(value)
    if (Number(value) !== data[i]) {
      throw errors.invalidTensor({ tensor, reason: `its value ${value} at index ${i} exceeds 32 bits` })
    }
  }
  return data
}

const readers: Readonly<Record<string, Reader>> = {
  F64: float(8, (buffer) => Float32Array.from(new Float64Array(buffer))),
  F32: float(4, (buffer) => new Float32Array(buffer)),
  F16: float(2, (buffer) => Float32Array.from(new Uint16Array(buffer), fromHalf)),
  BF16: float(2, fromBrainFloats),
  I64: integer(8, (buffer) => new BigInt64Array(buffer)),
  U64: integer(8, (buffer) => new BigUint64Array(buffer)),
  I32: integer(4, (buffer) => new Int32Array(buffer)),
  U32: integer(4, (buffer) => new Uint32Array(buffer)),
  I16: integer(2, (buffer) => new Int16Array(buffer)),
  U16: integer(2, (buffer) => new Uint16Array(buffer)),
  I8: integer(1, (buffer) => new Int8Array(buffer)),
  U8: integer(1, (buffer) => new Uint8Array(buffer)),
}

/** bfloat16 is the upper half of float32. */
function fromBrainFloats(buffer: ArrayBuffer): Float32Array {
  const halves = new Uint16Array(buffer)
  const bits = new Uint32Array(halves.length)
  for (let i = 0; i < bits.length; i++) bits[i] = (halves[i] ?? 0) << 16
  return new Float32Array(bits.buffer)
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
