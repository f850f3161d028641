import { createHash, type Hash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ShotboardError } from '../errors.js'

/** A file to download, with its checksum. */
export interface Download {
  readonly path: string
  readonly size: number
  readonly checksum: { readonly algorithm: 'sha256' | 'git-blob'; readonly value: string }
  /** Opens a stream of the bytes from `start` on. */
  open(start: number): Promise<ReadableStream<Uint8Array>>
}

/**
 * Downloads a file to `target`, and resumes an interrupted download, whose bytes are in `target.part`. The file gets its
 * name once its checksum is verified. `onBytes` is called with the number of bytes that were added. Throws `wrongChecksum`,
 * after deleting the bytes, or the error of the source or the disk.
 */
export async function download(
  file: Download,
  target: string,
  onBytes: (count: number) => void,
  wrongChecksum: (file: string) => ShotboardError,
): Promise<void> {
  const part = `${target}.part`
  await mkdir(dirname(target), { recursive: true })
  const partSize = await sizeOf(part)
  const start = partSize <= file.size ? partSize : 0
  const hash = hashOf(file)
  if (start > 0) {
    for await (const chunk of createReadStream(part)) hash.update(chunk)
  }
  onBytes(start)
  if (start < file.size || file.size === 0) {
    const source = Readable.fromWeb((await file.open(start)) as Parameters<typeof Readable.fromWeb>[0])
    const counted = new Transform({
      transform(chunk: Buffer, _, done) {
        hash.update(chunk)
        onBytes(chunk.length)
        done(null, chunk)
      },
    })
    await pipeline(source, counted, createWriteStream(part, { flags: start > 0 ? 'a' : 'w' }))
  }
  const received = await sizeOf(part)
  if (received < file.size) throw new Error(`${file.path} ended after ${received} of ${file.size} bytes`)
  if (received !== file.size || hash.digest('hex') !== file.checksum.value) {
    await rm(part, { force: true })
    throw wrongChecksum(file.path)
  }
  await rename(part, target)
}

/** Git's hash of a file starts with the file's length. */
function hashOf({ checksum, size }: Download): Hash {
  return checksum.algorithm === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`)
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  )
