import { type FileHandle, open, realpath } from 'node:fs/promises'
import { basename } from 'node:path'
import { create, toBinary } from '@bufbuild/protobuf'
import { leastExternal, type OnnxModel, parseOnnxModel } from './model.js'
import { TensorProto_DataLocation, TensorProtoSchema } from './onnx_pb.js'

/**
 * Reads an ONNX model without its weights: every large one becomes a reference to where it lies in the file, so that a
 * graph is looked at and rewritten in the memory that a graph takes. Throws what the file system or the decoder says of a
 * file that is none.
 */
export async function readOnnxGraph(path: string): Promise<OnnxModel> {
  // ONNX Runtime follows no link out of the folder that weights are to be in.
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

/** A message on the way from the model to a tensor's bytes, by the numbers that its fields have in onnx.proto. */
interface Level {
  readonly within?: { readonly field: number; readonly level: Level }
  readonly weights?: number
}
const tensor: Level = { weights: 9 }
const graph: Level = { within: { field: 5, level: tensor } }
const model: Level = { within: { field: 7, level: graph } }

/** The fields of a message up to `end`, its large weights replaced by references. */
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
      else throw new Error('it is no protocol buffer')
      parts.push(await reader.bytes(start, reader.position()))
      continue
    }
    const length = await reader.varint()
    const from = reader.position()
    if (from + length > end) throw new Error('it ends in the middle of a field')
    if (field === within?.field) {
      const inner = Buffer.concat(await withoutWeights(reader, within.level, from + length, location))
      parts.push(varint(tag), varint(inner.length), inner)
    } else if (field === weights && length >= leastExternal) {
      references.push(reference(location, from, length))
    } else {
      parts.push(await reader.bytes(start, from + length))
    }
    reader.skipTo(from + length)
  }
  // At the end, where they hold: some exporters write that a tensor's data is within it, behind the data.
  return [...parts, ...references]
}

const lengthDelimited = 2

/** The fields of a tensor that say where its bytes are. */
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

/** A file that is read from front to back, with gaps. */
interface Reader {
  position(): number
  skipTo(position: number): void
  varint(): Promise<number>
  /** The bytes from one position to another; the reader stays where it is. */
  bytes(from: number, to: number): Promise<Uint8Array>
}

const windowSize = 2 ** 16

function createReader(handle: FileHandle, size: number): Reader {
  let at = 0
  let windowAt = 0
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
    if (at < windowAt || at >= windowAt + window.length) {
      if (at >= size) throw new Error('it ends in the middle of a field')
      window = await read(at, Math.min(windowSize, size - at))
      windowAt = at
    }
    at += 1
    return window[at - 1 - windowAt] as number
  }
  return {
    position: () => at,
    skipTo(position) {
      at = position
    },
    async varint() {
      let value = 0
      for (let factor = 1; factor < 2 ** 70; factor *= 128) {
        const byte = await next()
        // A negative number takes ten bytes and loses its last digits here: it is copied, not read.
        value += (byte & 127) * factor
        if (byte < 128) return value
      }
      throw new Error('it is no protocol buffer')
    },
    async bytes(from, to) {
      const within = from >= windowAt && to <= windowAt + window.length
      return within ? window.slice(from - windowAt, to - windowAt) : read(from, to - from)
    },
  }
}
