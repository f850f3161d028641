// A thread that unpacks one .bz2 or .xz file, piece by piece as they are requested. The libraries compute for long without a
// pause, and some damaged files hold them for ever: a thread can be ended. This file is plain JavaScript so that it loads
// from the sources as well as from the build.
import { openSync, readSync } from 'node:fs'
import { ReadableStream } from 'node:stream/web'
import { parentPort, workerData } from 'node:worker_threads'
// @ts-expect-error: the library has no types.
import bzip from 'seek-bzip'
import xz from 'xz-decompress'

/** @type {{ path: string, packing: 'bzip2' | 'xz', requested: Int32Array }} */
const { path, packing, requested } = workerData

const pieceBytes = 2 ** 18
const file = openSync(path, 'r')

/** The next bytes of the file. None are left when it is empty. */
function nextBytes() {
  const bytes = Buffer.allocUnsafeSlow(pieceBytes)
  return bytes.subarray(0, readSync(file, bytes, 0, pieceBytes, null))
}

/**
 * Sends unpacked bytes, when they are requested. It holds the thread until then: nothing is unpacked ahead of the reader.
 * @param {Uint8Array<ArrayBuffer>} bytes whose buffer is moved
 */
function send(bytes) {
  while (Atomics.load(requested, 0) === 0) Atomics.wait(requested, 0, 0)
  Atomics.sub(requested, 0, 1)
  parentPort?.postMessage({ bytes }, [bytes.buffer])
}

/**
 * A file holds one or more streams, one after the other.
 * @returns whether something else follows them
 */
function unpackBzip2() {
  let input = nextBytes()
  let at = 0
  /** Of this stream. */
  let bytesRead = 0
  const isAtEnd = () => {
    if (at === input.length) {
      input = nextBytes()
      at = 0
    }
    return input.length === 0
  }
  const source = {
    readByte() {
      if (isAtEnd()) throw new Error('it ends too early')
      bytesRead++
      return /** @type {number} */ (input[at++])
    },
    /** @param {Uint8Array} target @param {number} from @param {number} count */
    read(target, from, count) {
      for (let i = 0; i < count; i++) target[from + i] = this.readByte()
      return count
    },
  }
  let output = Buffer.allocUnsafeSlow(pieceBytes)
  let filled = 0
  const target = {
    /** @param {number} byte */
    writeByte(byte) {
      output[filled++] = byte
      if (filled < pieceBytes) return
      send(output)
      output = Buffer.allocUnsafeSlow(pieceBytes)
      filled = 0
    },
  }
  let hasMore = false
  for (let streams = 0; !isAtEnd(); streams++) {
    bytesRead = 0
    try {
      bzip.decode(source, target)
    } catch (error) {
      // As bzip2 itself, which takes no more than whole streams.
      const isNoStream = bytesRead < 4 || /^Not bzip data: /.test(error instanceof Error ? error.message : '')
      if (streams === 0 || !isNoStream) throw error
      hasMore = true
      break
    }
  }
  if (filled > 0) send(output.subarray(0, filled))
  return hasMore
}

async function unpackXz() {
  const packed = new ReadableStream({
    pull(controller) {
      const bytes = nextBytes()
      if (bytes.length > 0) controller.enqueue(bytes)
      else controller.close()
    },
  })
  for await (const bytes of new xz.XzReadableStream(packed)) {
    send(/** @type {Uint8Array<ArrayBuffer>} */ (bytes))
  }
  // Its library refuses what follows.
  return false
}

/** What the codes of xz's decoder mean, by its header xz.h. @type {Record<string, string>} */
const xzReasons = {
  4: 'it needs more than 64 MB of memory to unpack; pack it again with xz -9 or lower',
  5: 'it is no xz file, or something else follows it',
  6: 'it uses a filter or a checksum that is not supported; pack it again with the default settings of xz',
  7: 'it is damaged',
  8: 'it ends too early',
}

/** @param {unknown} error */
function reasonOf(error) {
  const message = error instanceof Error ? error.message : String(error)
  const [, code = ''] = /error code (\d+)$/.exec(message) ?? []
  // The libraries' own words are about their insides.
  return xzReasons[code] ?? (error instanceof TypeError ? 'it is damaged' : message)
}

try {
  const hasMore = packing === 'bzip2' ? unpackBzip2() : await unpackXz()
  parentPort?.postMessage({ end: true, hasMore })
} catch (error) {
  parentPort?.postMessage({ reason: reasonOf(error) })
}
