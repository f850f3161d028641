import { createHash } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { errors, reasonOf } from '../../errors.js'
import { writeAtomically } from '../../system/write-atomically.js'
import { type Adapter, parseAdapter, writeAdapter } from './adapter.js'

/** An adapter that was trained here or uploaded, in its own file. */
export interface AddedAdapter {
  /** Its space in its encoder is `imo:NAME`. */
  readonly name: string
  readonly file: string
  readonly bytes: number
  /** The SHA-256 of the file, in hexadecimal. */
  readonly sha256: string
  readonly bottleneck: number
  readonly scale: number
  readonly blocks: number
  readonly provenance: string
}

/** The added adapters of an encoder. */
export interface AddedAdapters {
  readonly adapters: readonly AddedAdapter[]
  /** The name of the one that is `imo`; null if the model's own adapter is, or none. */
  readonly used: string | null
}

/** The files of added adapters: `ENCODER/NAME.safetensors`, and `ENCODER/used.json` with the name of the one that is `imo`. */
export interface AdapterFolder {
  /** An encoder's added adapters, sorted by name. Throws INVALID_ADAPTER with the file that is damaged. */
  read(encoder: string): Promise<AddedAdapters>
  /** Writes an adapter atomically. Throws DISK_FULL or STORAGE_FAILED. */
  write(encoder: string, name: string, adapter: Adapter): Promise<void>
  /** Removes an adapter's file; one that is `imo` stops being it first. */
  remove(encoder: string, name: string): Promise<void>
  /** Makes an adapter `imo`; null gives `imo` back to the model's own. Throws DISK_FULL or STORAGE_FAILED. */
  use(encoder: string, name: string | null): Promise<void>
}

const extension = '.safetensors'
const usedFile = 'used.json'
const usedSchema = z.object({ imo: z.string().nullable() })

/** Allowed names of adapters. They are safe in file names, URLs and ids of spaces. */
export const adapterNamePattern = /^[a-z0-9][a-z0-9._-]{0,63}$/

export function createAdapterFolder(directory: string): AdapterFolder {
  const folderOf = (encoder: string) => join(directory, encodeURIComponent(encoder))
  const fileOf = (encoder: string, name: string) => join(folderOf(encoder), name + extension)

  async function readUsed(encoder: string): Promise<string | null> {
    const file = join(folderOf(encoder), usedFile)
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text === undefined) return null
    try {
      return usedSchema.parse(JSON.parse(text)).imo
    } catch (error) {
      throw errors.invalidAdapterFile({ file: usedFile, reason: reasonOf(error) })
    }
  }

  async function use(encoder: string, name: string | null): Promise<void> {
    if (name === null) await rm(join(folderOf(encoder), usedFile), { force: true })
    else
      await writeAtomically(
        join(folderOf(encoder), usedFile),
        JSON.stringify({ imo: name }),
        'which adapter is imo',
      )
  }

  return {
    async read(encoder) {
      const names = (await readdir(folderOf(encoder)).catch(() => []))
        .filter((file) => file.endsWith(extension))
        .map((file) => file.slice(0, -extension.length))
        .filter((name) => adapterNamePattern.test(name))
        .sort()
      const adapters = await Promise.all(names.map((name) => describeAdapter(fileOf(encoder, name), name)))
      const used = await readUsed(encoder)
      // If the process is killed during a removal, `used.json` may name a file that is gone.
      return { adapters, used: names.includes(used ?? '') ? used : null }
    },
    write: (encoder, name, adapter) => writeAdapter(fileOf(encoder, name), adapter),
    async remove(encoder, name) {
      if ((await readUsed(encoder)) === name) await use(encoder, null)
      await rm(fileOf(encoder, name), { force: true })
    },
    use,
  }
}

/** Describes an adapter's file. Throws INVALID_ADAPTER. */
async function describeAdapter(file: string, name: string): Promise<AddedAdapter> {
  try {
    const content = await readFile(file)
    const { bottleneck, scale, blocks, provenance } = parseAdapter(content, file)
    const sha256 = createHash('sha256').update(content).digest('hex')
    return { name, file, bytes: content.length, sha256, bottleneck, scale, blocks: blocks.length, provenance }
  } catch (error) {
    // The message goes to clients, so it must not contain local paths.
    const reason = reasonOf(error).replaceAll(file, 'The file')
    throw errors.invalidAdapterFile({ file: name + extension, reason })
  }
}
