import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { addAbortSignal, pipeline, Readable } from 'node:stream'
import { crc32, createInflateRaw } from 'node:zlib'

/**
 * The unpacked bytes of a .gz file, which holds one or more streams, one after the other. As with gzip itself, something else may
 * follow them: `onMore` is then called, and it is left out. Node's own stream fails there, and loses what it has unpacked.
 */
export const gunzip = (path: string, onMore: () => void, signal?: AbortSignal): Readable =>
  Readable.from(unpacked(path, onMore, signal), { objectMode: false, highWaterMark: pieceBytes })

const pieceBytes = 2 ** 18

async function* unpacked(path: string, onMore: () => void, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const file = await open(path, 'r')
  try {
    for (let at = 0, streams = 0; ; streams++) {
      const header = await readHeader(file, at)
      if (header === undefined) {
        if (streams === 0) throw new Error('it is no gzip file')
        if (!(await isPadding(file, at))) onMore()
        return
      }
      const stream = { sum: 0, bytes: 0, packed: 0 }
      yield* inflated(path, at + header, stream, signal)
      at += header + stream.packed
      const { buffer: trailer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, at)
      if (bytesRead < 8) throw new Error('unexpected end of file')
      if (trailer.readUInt32LE(0) !== stream.sum) throw new Error('incorrect data check')
      if (trailer.readUInt32LE(4) !== stream.bytes % 2 ** 32) throw new Error('incorrect length check')
      at += 8
    }
  } finally {
    await file.close()
  }
}

/** Unpacks one stream, and adds up its checksum, its bytes, and the bytes that it takes in the file. */
async function* inflated(
  path: string,
  start: number,
  stream: { sum: number; bytes: number; packed: number },
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const packed = createReadStream(path, { start, highWaterMark: pieceBytes })
  if (signal) addAbortSignal(signal, packed)
  const inflate = createInflateRaw()
  // Errors arrive at the reader. It ends with the stream, whatever follows.
  pipeline(packed, inflate, () => {})
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) {
      stream.sum = crc32(chunk, stream.sum)
      stream.bytes += chunk.length
      yield chunk
    }
    stream.packed = inflate.bytesWritten
  } finally {
    packed.destroy()
    inflate.destroy()
  }
}

/** A header may hold a name and a comment. */
const maxHeaderBytes = 2 ** 17

/** The length of a header; undefined if there is none. See RFC 1952, section 2.3. */
async function readHeader(file: FileHandle, at: number): Promise<number | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(10), 0, 10, at)
  if (bytesRead < 10 || buffer.toString('latin1', 0, 3) !== '\x1f\x8b\x08') return undefined
  const flags = buffer.readUInt8(3)
  if (flags > 31) return undefined
  if ((flags & 0b11110) === 0) return 10
  const { buffer: rest } = await file.read(Buffer.alloc(maxHeaderBytes), 0, maxHeaderBytes, at)
  let length = 10
  if ((flags & 4) !== 0) length += 2 + rest.readUInt16LE(length)
  for (const text of [8, 16]) if ((flags & text) !== 0) length = rest.indexOf(0, length) + 1
  if ((flags & 2) !== 0) length += 2
  return length < 10 ? undefined : length
}

/** Whether a file has nothing but zeros from here on, as tapes and some programs fill it up. */
async function isPadding(file: FileHandle, at: number): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(pieceBytes), 0, pieceBytes, at)
  return buffer.subarray(0, bytesRead).every((byte) => byte === 0)
}
