import { type FileHandle, open, realpath } from 'node:fs/promises'
import { basename } from 'node:path'
import { create, toBinary } from '@bufbuild/protobuf'
import { minExternalBytes, type OnnxModel, parseOnnxModel } from './model.js'
import { TensorProto_DataLocation, TensorProtoSchema } from './onnx_pb.js'

/**
 * Reads an ONNX model without its weights: each large one becomes a reference into the file. So even the graph of a large
 * model needs little memory. Throws the error of the file system or of the decoder.
 */
export async function readOnnxGraph(path: string): Promise<OnnxModel> {
  // ONNX Runtime does not follow links out of the weights' folder.
  const file = await realpath(path)
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const parts = await withoutWeights(createReader(handle, size), model, size, basename(file))
    return parseOnnxModel(Buffer.concat(parts), file)
  } finally {
    await handle.close()
  }
}

/**
 * The files, relative to the model's own folder, that have weights of a model; none for a file that is no model, whose error
 * comes when it is opened.
 */
export async function externalFiles(path: string): Promise<readonly string[]> {
  try {
    const { graph, file } = await readOnnxGraph(path)
    const locations = graph.initializer.flatMap(({ externalData }) =>
      externalData.filter(({ key }) => key === 'location').map(({ value }) => value),
    )
    return [...new Set(locations)].filter((location) => location !== basename(file))
  } catch {
    return []
  }
}

/** A message on the path from the model to a tensor's bytes. Fields have their numbers from onnx.proto. */
interface Level {
  readonly within?: { readonly field: number; readonly level: Level }
  readonly weights?: number
}
const tensor: Level = { weights: 9 }
const graph: Level = { within: { field: 5, level: tensor } }
const model: Level = { within: { field: 7, level: graph } }

/** The bytes of a message that ends at `end`, with its large weights replaced by references. */
async function withoutWeights(
  reader: Reader,
  { within, weights }: Level,
  end: number,
  location: string,
): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = []
  const references: Uint8Array[] = []
  while (reader.position() < end) {
    const start = reader.position()
    const tag = await reader.varint()
    const [field, wire] = [tag >>> 3, tag & 7]
    if (wire !== lengthDelimited) {
      if (wire === 0) await reader.varint()
      else if (wire === 1 || wire === 5) reader.skipTo(reader.position() + (wire === 1 ? 8 : 4))
      else throw new Error('it is not a protocol buffer')
      parts.push(await reader.bytes(start, reader.position()))
      continue
    }
    const length = await reader.varint()
    const from = reader.position()
    if (from + length > end) throw new Error('it ends in the middle of a field')
    if (field === within?.field) {
      const inner = Buffer.concat(await withoutWeights(reader, within.level, from + length, location))
      parts.push(varint(tag), varint(inner.length), inner)
    } else if (field === weights && length >= minExternalBytes) {
      references.push(reference(location, from, length))
    } else {
      parts.push(await reader.bytes(start, from + length))
    }
    reader.skipTo(from + length)
  }
  // References come last, since the last value of a field counts: some exporters write a `dataLocation` after the data.
  return [...parts, ...references]
}

const lengthDelimited = 2

/** The fields of a tensor that refer to its bytes in a file. */
const reference = (location: string, offset: number, length: number): Uint8Array =>
  toBinary(
    TensorProtoSchema,
    create(TensorProtoSchema, {
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: [
        { key: 'location', value: location },
        { key: 'offset', value: String(offset) },
        { key: 'length', value: String(length) },
      ],
    }),
  )

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Uint8Array.of(...bytes, rest)
}

/** Reads a file from front to back and can skip parts of it. */
interface Reader {
  position(): number
  skipTo(position: number): void
  varint(): Promise<number>
  /** The bytes from one position to another. The reader's position does not change. */
  bytes(from: number, to: number): Promise<Uint8Array>
}

const windowSize = 2 ** 16

function createReader(handle: FileHandle, size: number): Reader {
  let position = 0
  let windowStart = 0
  let window: Uint8Array = new Uint8Array(0)

  async function read(from: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length)
    for (let done = 0; done < length; ) {
      const { bytesRead } = await handle.read(bytes, done, length - done, from + done)
      if (bytesRead === 0) throw new Error('it ends in the middle of a field')
      done += bytesRead
    }
    return bytes
  }
  async function next(): Promise<number> {
    if (position < windowStart || position >= windowStart + window.length) {
      if (position >= size) throw new Error('it ends in the middle of a field')
      window = await read(position, Math.min(windowSize, size - position))
      windowStart = position
    }
    position += 1
    return window[position - 1 - windowStart] as number
  }
  return {
    position: () => position,
    skipTo(target) {
      position = target
    },
    async varint() {
      let value = 0
      for (let factor = 1; factor < 2 ** 70; factor *= 128) {
        const byte = await next()
        // A negative number has ten bytes and loses digits here. Its bytes are copied, its value is not used.
        value += (byte & 127) * factor
        if (byte < 128) return value
      }
      throw new Error('it is not a protocol buffer')
    },
    async bytes(from, to) {
      const isInWindow = from >= windowStart && to <= windowStart + window.length
      return isInWindow ? window.slice(from - windowStart, to - windowStart) : read(from, to - from)
    },
  }
}
