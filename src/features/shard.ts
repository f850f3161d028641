import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { withReadErrors, withWriteErrors } from '../system/storage-fault.js'
import { type Matrix, matrix, rowOf } from '../tensor/matrix.js'
import { recoverShard } from './compact-shard.js'
import { hashBytes, keyBytes } from './feature-keys.js'

/**
 * The features of one address, in a folder with two files: `rows.f32` has the features, one after another, and `keys.bin`
 * the image's SHA-256 and the row's checksum for each. Both are only appended to, rows before keys, so that every key has
 * its row even after a kill. A partial record at the end is dropped when the files are opened, and a row with the wrong
 * checksum counts as missing.
 */
export interface Shard {
  /** The features of images, [N, d], and the indices of those that are missing; their rows are zero. Throws STORAGE_FAILED. */
  read(images: readonly string[]): Promise<{ features: Matrix; missing: number[] }>
  /**
   * Appends features, one row per image. Images that are stored already are skipped. Throws DISK_FULL or STORAGE_FAILED, and
   * then stores none of them.
   */
  append(images: readonly string[], features: Matrix): Promise<void>
  close(): Promise<void>
}

/** Rows closer to each other than this are read together. */
const maxGapRows = 64
/** Limits the memory that a read needs. */
const maxBytesPerRead = 64 * 2 ** 20

/** Opens the shard in a folder, which is made if needed. Throws the error of the file system. */
export async function openShard(folder: string, dimensions: number): Promise<Shard> {
  await recoverShard(folder)
  await mkdir(folder, { recursive: true })
  const keys = await open(join(folder, 'keys.bin'), 'a+')
  let rows: FileHandle | undefined
  try {
    rows = await open(join(folder, 'rows.f32'), 'a+')
    return await shardOf(keys, rows, dimensions)
  } catch (error) {
    await Promise.all([keys.close(), rows?.close()])
    throw error
  }
}

async function shardOf(keys: FileHandle, rows: FileHandle, dimensions: number): Promise<Shard> {
  const rowBytes = dimensions * 4
  let count = Math.min(await countRecords(keys, keyBytes), await countRecords(rows, rowBytes))
  const truncate = () => Promise.all([keys.truncate(count * keyBytes), rows.truncate(count * rowBytes)])
  await truncate()
  /** Whether the files may end with part of a failed append. */
  let mayBeTorn = false
  const index = new Map<string, { position: number; checksum: number }>()
  const stored = Buffer.alloc(count * keyBytes)
  await readFully(keys, stored, 0)
  for (let position = 0; position < count; position++) {
    const offset = position * keyBytes
    index.set(stored.toString('hex', offset, offset + hashBytes), {
      position,
      checksum: stored.readUInt32LE(offset + hashBytes),
    })
  }

  async function read(images: readonly string[]) {
    const features = matrix(images.length, dimensions)
    const missing: number[] = []
    const found: { position: number; checksum: number; row: number }[] = []
    for (const [row, image] of images.entries()) {
      const entry = index.get(image)
      if (entry === undefined) missing.push(row)
      else found.push({ ...entry, row })
    }
    found.sort((a, b) => a.position - b.position)
    for (let from = 0; from < found.length; ) {
      const to = endOfRun(found, from, rowBytes)
      const first = (found[from] as { position: number }).position
      const last = (found[to - 1] as { position: number }).position
      const bytes = Buffer.alloc((last - first + 1) * rowBytes)
      await readFully(rows, bytes, first * rowBytes)
      for (const { position, checksum, row } of found.slice(from, to)) {
        const offset = (position - first) * rowBytes
        const stored = bytes.subarray(offset, offset + rowBytes)
        if (crc32(stored) === checksum) bytesOf(rowOf(features, row)).set(stored)
        else missing.push(row)
      }
      from = to
    }
    // Without its entry, a damaged row can be stored again.
    for (const row of missing) index.delete(images[row] as string)
    return { features, missing: missing.sort((a, b) => a - b) }
  }

  async function append(images: readonly string[], features: Matrix): Promise<void> {
    const added = images
      .map((image, row) => ({ image, row: bytesOf(rowOf(features, row)) }))
      .filter(({ image }, i) => !index.has(image) && images.indexOf(image) === i)
    if (added.length === 0) return
    const entries = added.map(({ image, row }, i) => ({ image, position: count + i, checksum: crc32(row) }))
    const newKeys = Buffer.alloc(added.length * keyBytes)
    for (const [i, { image, checksum }] of entries.entries()) {
      newKeys.write(image, i * keyBytes, 'hex')
      newKeys.writeUInt32LE(checksum, i * keyBytes + hashBytes)
    }
    // The remains of a failed append would shift every later row.
    if (mayBeTorn) await truncate()
    mayBeTorn = true
    await rows.appendFile(Buffer.concat(added.map(({ row }) => row)))
    await keys.appendFile(newKeys)
    mayBeTorn = false
    count += added.length
    for (const { image, position, checksum } of entries) index.set(image, { position, checksum })
  }

  return {
    read: (images) => withReadErrors('features', () => read(images)),
    append: (images, features) => withWriteErrors('features', () => append(images, features)),
    async close() {
      await Promise.all([keys.close(), rows.close()])
    },
  }
}

const countRecords = async (file: FileHandle, recordBytes: number): Promise<number> =>
  Math.floor((await file.stat()).size / recordBytes)

/** Fills the buffer from `position` on, or as far as the file goes. */
async function readFully(file: FileHandle, buffer: Buffer, position: number): Promise<void> {
  for (let done = 0; done < buffer.length; ) {
    const { bytesRead } = await file.read(buffer, done, buffer.length - done, position + done)
    if (bytesRead === 0) return
    done += bytesRead
  }
}

/** The end of the run of rows that are read together with the one at `from`. */
function endOfRun(found: readonly { position: number }[], from: number, rowBytes: number): number {
  const first = (found[from] as { position: number }).position
  let to = from + 1
  while (to < found.length) {
    const position = (found[to] as { position: number }).position
    const previous = (found[to - 1] as { position: number }).position
    if (position - previous > maxGapRows || (position - first + 1) * rowBytes > maxBytesPerRead) break
    to++
  }
  return to
}

const bytesOf = (row: Float32Array): Uint8Array => new Uint8Array(row.buffer, row.byteOffset, row.byteLength)
