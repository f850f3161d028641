import { type FileHandle, mkdir, open, readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { crc32 } from 'node:zlib'
import pLimit from 'p-limit'
import { withReadErrors, withWriteErrors } from '../system/storage-fault.js'
import { type Matrix, matrix, rowOf } from '../tensor/matrix.js'
import { retainFeatures, settleShard, suffixes } from './compact-shard.js'
import { hashBytes, keyBytes } from './feature-keys.js'

/** What a stored feature belongs to, beside its image. */
export interface FeatureAddress {
  /** The encoder's id and fingerprint: other weights are another address. */
  readonly encoder: string
  /** One of the encoder's own spaces. */
  readonly space: string
  /** The augmentation recipe's id. */
  readonly recipe: string
  readonly dimensions: number
}

/**
 * Features in files, each computed once for (image, encoder, space, recipe) and found again after a restart.
 *
 * Every address has a folder with `rows.f32`, the features one after another, and `keys.bin`, for each row the image's
 * SHA-256 and a checksum of the row. Both are only ever appended to, rows before keys, so that a key without its row
 * cannot be found after a kill; what a kill cut short is dropped when the files are next opened, and a row whose
 * checksum does not fit counts as missing.
 */
export interface FeatureStore {
  /** The features of images, [N, d], and the positions of those that are not stored: their rows are zero. */
  read(address: FeatureAddress, images: readonly string[]): Promise<{ features: Matrix; missing: number[] }>
  /**
   * Stores features, one row an image. Images that are stored already are passed over. Throws DISK_FULL or
   * STORAGE_FAILED, and then has stored none of them.
   */
  append(address: FeatureAddress, images: readonly string[], features: Matrix): Promise<void>
  /**
   * Removes the features of all images but those that `isKept` returns, at every address, or at those that are `wanted`.
   * It may be asked more than once.
   */
  retain(
    isKept: (images: readonly string[]) => Promise<ReadonlySet<string>>,
    wanted?: (address: Pick<FeatureAddress, 'encoder' | 'recipe'>) => boolean,
  ): Promise<void>
  close(): Promise<void>
}

/** Rows that are nearer to each other than this are read in one go. */
const gapRows = 64
/** A read is at most so large, so that memory stays bounded. */
const mostBytesPerRead = 64 * 2 ** 20

/** Opens the store in a folder, which is made when needed. */
export function openFeatureStore(directory: string): FeatureStore {
  /** Shards in use by their folders; what is done with one is done one after another. */
  const places = new Map<string, { readonly oneAtATime: ReturnType<typeof pLimit>; shard?: Promise<Shard> }>()

  function placeOf(folder: string) {
    const place = places.get(folder) ?? { oneAtATime: pLimit(1) }
    places.set(folder, place)
    return place
  }

  function withShard<T>(address: FeatureAddress, work: (shard: Shard) => Promise<T>): Promise<T> {
    const folder = join(directory, address.encoder, address.space.replaceAll(':', '@'), address.recipe)
    const place = placeOf(folder)
    return place.oneAtATime(async () => {
      place.shard ??= withWriteErrors('features', () => openShard(folder, address.dimensions))
      try {
        return await work(await place.shard)
      } catch (error) {
        // One that could not be opened is tried again by whoever asks next.
        await place.shard.catch(() => {
          delete place.shard
        })
        throw error
      }
    })
  }

  return {
    read: (address, images) => withShard(address, (shard) => shard.read(images)),
    append: (address, images, features) => withShard(address, (shard) => shard.append(images, features)),
    async retain(isKept, wanted = () => true) {
      for (const folder of await shardFolders(directory)) {
        const [encoder = '', , recipe = ''] = relative(directory, folder).split(sep)
        if (!wanted({ encoder, recipe })) continue
        const place = placeOf(folder)
        await place.oneAtATime(async () => {
          await (await place.shard)?.close()
          delete place.shard
          await retainFeatures(folder, isKept)
        })
      }
    },
    async close() {
      await Promise.all([...places.values()].map(async ({ shard }) => (await shard)?.close()))
    },
  }
}

/** The folders of all addresses that have features: encoder, space and recipe. */
async function shardFolders(directory: string): Promise<string[]> {
  let folders = [directory]
  for (let level = 0; level < 3; level++) {
    const below = await Promise.all(
      folders.map(async (folder) =>
        (await readdir(folder).catch(() => [])).map((name) => join(folder, name)),
      ),
    )
    folders = below.flat()
  }
  const aside = Object.values(suffixes)
  const names = folders.map((folder) => aside.reduce((name, suffix) => withoutSuffix(name, suffix), folder))
  return [...new Set(names)]
}

const withoutSuffix = (name: string, suffix: string): string =>
  name.endsWith(suffix) ? name.slice(0, -suffix.length) : name

interface Shard {
  read(images: readonly string[]): Promise<{ features: Matrix; missing: number[] }>
  append(images: readonly string[], features: Matrix): Promise<void>
  close(): Promise<void>
}

async function openShard(folder: string, dimensions: number): Promise<Shard> {
  const rowBytes = dimensions * 4
  await settleShard(folder)
  await mkdir(folder, { recursive: true })
  // Opened for appending and reading; made when missing.
  const keys = await open(join(folder, 'keys.bin'), 'a+')
  const rows = await open(join(folder, 'rows.f32'), 'a+')

  let count = Math.min(await wholeRecords(keys, keyBytes), await wholeRecords(rows, rowBytes))
  const truncate = () => Promise.all([keys.truncate(count * keyBytes), rows.truncate(count * rowBytes)])
  await truncate()
  /** Whether the files may end with part of a write. */
  let torn = false
  const index = new Map<string, { position: number; checksum: number }>()
  const stored = Buffer.alloc(count * keyBytes)
  await readFully(keys, stored, 0)
  for (let position = 0; position < count; position++) {
    const at = position * keyBytes
    index.set(stored.toString('hex', at, at + hashBytes), {
      position,
      checksum: stored.readUInt32LE(at + hashBytes),
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
        const at = (position - first) * rowBytes
        const stored = bytes.subarray(at, at + rowBytes)
        if (crc32(stored) === checksum) bytesOf(rowOf(features, row)).set(stored)
        else missing.push(row)
      }
      from = to
    }
    // A row that is damaged is forgotten, so that it can be stored again.
    for (const row of missing) index.delete(images[row] as string)
    return { features, missing: missing.sort((a, b) => a - b) }
  }

  async function append(images: readonly string[], features: Matrix): Promise<void> {
    const fresh = images
      .map((image, row) => ({ image, row: bytesOf(rowOf(features, row)) }))
      .filter(({ image }, i) => !index.has(image) && images.indexOf(image) === i)
    if (fresh.length === 0) return
    const entries = fresh.map(({ image, row }, i) => ({ image, position: count + i, checksum: crc32(row) }))
    const newKeys = Buffer.alloc(fresh.length * keyBytes)
    for (const [i, { image, checksum }] of entries.entries()) {
      newKeys.write(image, i * keyBytes, 'hex')
      newKeys.writeUInt32LE(checksum, i * keyBytes + hashBytes)
    }
    // What an earlier write left when it failed midway would put every later row in the wrong place.
    if (torn) await truncate()
    torn = true
    await rows.appendFile(Buffer.concat(fresh.map(({ row }) => row)))
    await keys.appendFile(newKeys)
    torn = false
    count += fresh.length
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

const wholeRecords = async (file: FileHandle, bytes: number): Promise<number> =>
  Math.floor((await file.stat()).size / bytes)

async function readFully(file: FileHandle, buffer: Buffer, position: number): Promise<void> {
  for (let at = 0; at < buffer.length; ) {
    const { bytesRead } = await file.read(buffer, at, buffer.length - at, position + at)
    if (bytesRead === 0) return
    at += bytesRead
  }
}

/** Where a run of rows that are worth reading together ends. */
function endOfRun(found: readonly { position: number }[], from: number, rowBytes: number): number {
  const first = (found[from] as { position: number }).position
  let to = from + 1
  while (to < found.length) {
    const position = (found[to] as { position: number }).position
    const previous = (found[to - 1] as { position: number }).position
    if (position - previous > gapRows || (position - first + 1) * rowBytes > mostBytesPerRead) break
    to++
  }
  return to
}

const bytesOf = (row: Float32Array): Uint8Array => new Uint8Array(row.buffer, row.byteOffset, row.byteLength)
