import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { hashBytes, keyBytes } from './feature-keys.js'

/**
 * Removes the features of some images from a shard's folder, which nobody has open. The rest is written to a folder beside
 * it, which then takes its place: a kill leaves the one or the other, and `settleShard` tells which.
 */
export async function retainFeatures(
  folder: string,
  isKept: (ids: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<void> {
  await settleShard(folder)
  const keys = await readFile(join(folder, 'keys.bin')).catch(() => Buffer.alloc(0))
  const count = Math.floor(keys.length / keyBytes)
  const ids = Array.from({ length: count }, (_, i) =>
    keys.toString('hex', i * keyBytes, i * keyBytes + hashBytes),
  )
  const kept = await isKept(ids)
  if (ids.every((id) => kept.has(id))) return

  const rowBytes = await rowBytesOf(folder, keys, count)
  const next = `${folder}${suffixes.next}`
  await rm(next, { recursive: true, force: true })
  await mkdir(next, { recursive: true })
  const [from, rows] = [await open(join(folder, 'rows.f32'), 'r'), await open(join(next, 'rows.f32'), 'wx')]
  const newKeys = await open(join(next, 'keys.bin'), 'wx')
  try {
    for (let first = 0; first < count && rowBytes > 0; first += rowsAtATime) {
      const bytes = Buffer.alloc(Math.min(rowsAtATime, count - first) * rowBytes)
      const { bytesRead } = await from.read(bytes, 0, bytes.length, first * rowBytes)
      const stay: number[] = []
      for (let i = 0; (i + 1) * rowBytes <= bytesRead; i++) {
        const row = bytes.subarray(i * rowBytes, (i + 1) * rowBytes)
        // A row that is damaged counts as missing, here as anywhere.
        if (kept.has(ids[first + i] as string) && crc32(row) === checksumOf(keys, first + i)) stay.push(i)
      }
      await rows.appendFile(Buffer.concat(stay.map((i) => bytes.subarray(i * rowBytes, (i + 1) * rowBytes))))
      await newKeys.appendFile(
        Buffer.concat(stay.map((i) => keys.subarray((first + i) * keyBytes, (first + i + 1) * keyBytes))),
      )
    }
    await rows.sync()
    await newKeys.sync()
  } finally {
    await Promise.all([from.close(), rows.close(), newKeys.close()])
  }
  await rename(folder, `${folder}${suffixes.old}`)
  await settleShard(folder)
}

/**
 * Ends what a kill interrupted: a shard that has been put aside has been written anew to its end, and one that stands in
 * its place has not.
 */
export async function settleShard(folder: string): Promise<void> {
  const [next, old] = [`${folder}${suffixes.next}`, `${folder}${suffixes.old}`]
  if (await isThere(old)) {
    if (await isThere(next)) {
      // Made again by somebody who found nothing.
      await rm(folder, { recursive: true, force: true })
      await rename(next, folder)
    }
    await rm(old, { recursive: true })
  } else await rm(next, { recursive: true, force: true })
}

/** The folders beside a shard that are none. */
export const suffixes = { next: '.next', old: '.old' }

const rowsAtATime = 4096

const checksumOf = (keys: Buffer, i: number): number => keys.readUInt32LE(i * keyBytes + hashBytes)

/** How long a row is, which the files do not say: the greatest length for which the first row's checksum fits. */
async function rowBytesOf(folder: string, keys: Buffer, count: number): Promise<number> {
  const rows = await open(join(folder, 'rows.f32'), 'r')
  try {
    const most = Math.floor((await rows.stat()).size / count / 4) * 4
    const { buffer } = await rows.read(Buffer.alloc(most), 0, most, 0)
    for (let length = most; length > 0; length -= 4) {
      if (crc32(buffer.subarray(0, length)) === checksumOf(keys, 0)) return length
    }
    return most
  } finally {
    await rows.close()
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
