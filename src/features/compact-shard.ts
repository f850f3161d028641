import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { hashBytes, keyBytes } from './feature-keys.js'

/**
 * Removes from a shard's folder the features of all images but those that `selectKept` returns. Nobody may have the shard
 * open. The rest is written to a folder beside it, which then replaces it, so that a kill leaves the old or the new shard;
 * `recoverShard` finishes the replacement.
 */
export async function compactShard(
  folder: string,
  selectKept: (ids: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<void> {
  await recoverShard(folder)
  const keys = await readFile(join(folder, 'keys.bin')).catch(() => Buffer.alloc(0))
  const count = Math.floor(keys.length / keyBytes)
  const ids = Array.from({ length: count }, (_, i) =>
    keys.toString('hex', i * keyBytes, i * keyBytes + hashBytes),
  )
  const kept = await selectKept(ids)
  if (ids.every((id) => kept.has(id))) return

  const rowBytes = await findRowBytes(folder, keys, count)
  const next = `${folder}${suffixes.next}`
  await rm(next, { recursive: true, force: true })
  await mkdir(next, { recursive: true })
  const [rows, newRows] = [
    await open(join(folder, 'rows.f32'), 'r'),
    await open(join(next, 'rows.f32'), 'wx'),
  ]
  const newKeys = await open(join(next, 'keys.bin'), 'wx')
  try {
    for (let first = 0; first < count && rowBytes > 0; first += rowsPerRead) {
      const bytes = Buffer.alloc(Math.min(rowsPerRead, count - first) * rowBytes)
      const { bytesRead } = await rows.read(bytes, 0, bytes.length, first * rowBytes)
      const copied: number[] = []
      for (let i = 0; (i + 1) * rowBytes <= bytesRead; i++) {
        const row = bytes.subarray(i * rowBytes, (i + 1) * rowBytes)
        // A damaged row counts as missing, as everywhere.
        const isIntact = crc32(row) === checksumOf(keys, first + i)
        if (isIntact && kept.has(ids[first + i] as string)) copied.push(i)
      }
      await newRows.appendFile(
        Buffer.concat(copied.map((i) => bytes.subarray(i * rowBytes, (i + 1) * rowBytes))),
      )
      await newKeys.appendFile(
        Buffer.concat(copied.map((i) => keys.subarray((first + i) * keyBytes, (first + i + 1) * keyBytes))),
      )
    }
    await newRows.sync()
    await newKeys.sync()
  } finally {
    await Promise.all([rows.close(), newRows.close(), newKeys.close()])
  }
  await rename(folder, `${folder}${suffixes.old}`)
  await recoverShard(folder)
}

/**
 * Finishes a compaction that a kill interrupted. If the old shard has been renamed, the new one is complete and replaces it;
 * otherwise the new one is incomplete and is removed.
 */
export async function recoverShard(folder: string): Promise<void> {
  const [next, old] = [`${folder}${suffixes.next}`, `${folder}${suffixes.old}`]
  if (await exists(old)) {
    if (await exists(next)) {
      // This is an empty shard, made after the rename and before the recovery.
      await rm(folder, { recursive: true, force: true })
      await rename(next, folder)
    }
    await rm(old, { recursive: true })
  } else await rm(next, { recursive: true, force: true })
}

/** Suffixes of the folders that exist beside a shard while it is compacted. */
export const suffixes = { next: '.next', old: '.old' }

const rowsPerRead = 4096

const checksumOf = (keys: Buffer, i: number): number => keys.readUInt32LE(i * keyBytes + hashBytes)

/** The length of a row, which the files do not store: the greatest one at which the first row has its checksum. */
async function findRowBytes(folder: string, keys: Buffer, count: number): Promise<number> {
  const rows = await open(join(folder, 'rows.f32'), 'r')
  try {
    const maxLength = Math.floor((await rows.stat()).size / count / 4) * 4
    const { buffer } = await rows.read(Buffer.alloc(maxLength), 0, maxLength, 0)
    for (let length = maxLength; length > 0; length -= 4) {
      if (crc32(buffer.subarray(0, length)) === checksumOf(keys, 0)) return length
    }
    return maxLength
  } finally {
    await rows.close()
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
