import type { FileHandle } from 'node:fs/promises'
import yauzl, { type Entry, type ZipFile } from 'yauzl'

/** The index of a zip archive, which stands at its end. */
export interface ZipIndex {
  entries(): AsyncGenerator<Entry>
  /** The position of the first packed byte of an entry. Throws if it is not inside the file. */
  contentStart(entry: Entry): Promise<number>
}

/**
 * Reads the index of a zip archive. Only the index is read with yauzl: its streams can emit an error when their reader has
 * left already, which would end the process. Here every error rejects the promise that waits for it.
 */
export async function openZipIndex(file: FileHandle, bytes: number): Promise<ZipIndex> {
  const { from, to } = await zipWithin(file, bytes)
  const reader = new IndexReader(file, from, to)
  const zip = await reader.waiting<ZipFile>((settle) =>
    yauzl.fromRandomAccessReader(
      reader,
      to - from,
      // Names and sizes are checked here, so that a wrong one rejects one entry and not the archive.
      { autoClose: false, lazyEntries: true, decodeStrings: false, validateEntrySizes: false },
      settle,
    ),
  )
  // An error while nothing is read is thrown by the next read.
  zip.on('error', reader.fail)
  let next: ((entry?: Entry) => void) | undefined
  zip.on('entry', (entry) => next?.(entry))
  zip.on('end', () => next?.())

  return {
    async *entries() {
      for (;;) {
        const entry = await reader.waiting<Entry | undefined>((settle) => {
          next = (found) => settle(null, found)
          zip.readEntry()
        })
        if (entry === undefined) return
        yield entry
      }
    },
    contentStart: async (entry) => {
      const header = await reader.waiting<{ fileDataStart: number }>((settle) =>
        zip.readLocalFileHeader(entry, { minimal: true }, settle),
      )
      return from + header.fileDataStart
    },
  }
}

/** A comment may be full of marks. */
const maxMarks = 100

const end = { mark: 'PK\x05\x06', bytes: 22, maxComment: 65_535 }

/**
 * Where the zip in a file begins and ends, without its comment. Programs that unpack themselves stand before one, and downloads
 * leave bytes behind one. A comment may hold the mark of the end as well: the last mark counts that an index stands before, best with
 * a comment that ends where the file ends. The whole file if there is none.
 */
async function zipWithin(file: FileHandle, bytes: number): Promise<{ from: number; to: number }> {
  const length = Math.min(bytes, end.bytes + end.maxComment)
  const start = bytes - length
  const { buffer: tail } = await file.read(Buffer.alloc(length), 0, length, start)
  let found: { from: number; to: number } | undefined
  for (let at = length - end.bytes, marks = 0; at >= 0 && marks < maxMarks; at--, marks++) {
    at = tail.lastIndexOf(end.mark, at, 'latin1')
    if (at < 0) break
    const [indexBytes, indexFrom] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)]
    // Large zips have these numbers elsewhere.
    const isLarge = indexFrom === 0xffffffff || indexBytes === 0xffffffff
    const position = start + at
    if (!(isLarge || (await holdsIndex(file, position - indexBytes, indexBytes)))) continue
    const from = position - indexBytes - indexFrom
    const zip = { from: isLarge || from < 0 ? 0 : from, to: position + end.bytes }
    if (at + end.bytes + tail.readUInt16LE(at + 20) === length) return zip
    found ??= zip
  }
  return found ?? { from: 0, to: bytes }
}

/** Whether an index may begin at a position: it does with an entry, unless it is empty. */
async function holdsIndex(file: FileHandle, position: number, bytes: number): Promise<boolean> {
  if (bytes === 0) return true
  if (position < 0) return false
  const { buffer } = await file.read(Buffer.alloc(4), 0, 4, position)
  return buffer.toString('latin1') === 'PK\x01\x02'
}

type Settle<T> = (error: Error | null, result: T) => void

/** Reads for yauzl. An error that yauzl throws in a callback rejects the promise that waits, as one that it passes on. */
class IndexReader extends yauzl.RandomAccessReader {
  readonly #file: FileHandle
  /** Where the zip begins in the file. */
  readonly #from: number
  readonly #to: number
  readonly #rejections = new Set<(error: unknown) => void>()
  #failure: unknown

  constructor(file: FileHandle, from: number, to: number) {
    super()
    this.#file = file
    this.#from = from
    this.#to = to
    this.on('error', this.fail)
  }

  readonly fail = (error: unknown): void => {
    this.#failure = error
    for (const reject of this.#rejections) reject(error)
  }

  /** The result of a call with a callback. */
  async waiting<T>(call: (settle: Settle<T>) => void): Promise<T> {
    if (this.#failure !== undefined) throw this.#failure
    let reject: (error: unknown) => void = () => {}
    try {
      return await new Promise<T>((resolve, rejectWith) => {
        reject = rejectWith
        this.#rejections.add(reject)
        call((error, result) => (error ? reject(error) : resolve(result)))
      })
    } finally {
      this.#rejections.delete(reject)
    }
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    this.#file
      .read(buffer, offset, length, this.#from + position)
      .then(({ bytesRead }) => {
        // The comment is left out, and so is its length, which ends the index.
        const lengthAt = this.#to - this.#from - 2 - position
        for (const at of [lengthAt, lengthAt + 1]) if (at >= 0 && at < bytesRead) buffer[offset + at] = 0
        callback(null, bytesRead)
      }, callback)
      .catch(this.fail)
  }
}
