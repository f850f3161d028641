import { createHash } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { errors, reasonOf } from '../../errors.js'
import { writeAtomically } from '../../system/write-atomically.js'
import { type Adapter, parseAdapter, writeAdapter } from './adapter.js'

/** An adapter that was trained here or brought, in a file of its own. */
export interface AddedAdapter {
  /** It is the space `imo:NAME` of its encoder. */
  readonly name: string
  readonly file: string
  readonly bytes: number
  /** In hexadecimal. */
  readonly sha256: string
  readonly bottleneck: number
  readonly scale: number
  readonly blocks: number
  readonly provenance: string
}

/** What an encoder has beside its model folder. */
export interface AddedAdapters {
  readonly adapters: readonly AddedAdapter[]
  /** Which of them is `imo`; null for the one of the model folder, or none. */
  readonly used: string | null
}

/** The files of added adapters: `ENCODER/NAME.safetensors`, and `ENCODER/used.json`, which says which one is `imo`. */
export interface AdapterFolder {
  /** Every added adapter of an encoder, by name. Throws INVALID_ADAPTER with the file that is damaged. */
  read(encoder: string): Promise<AddedAdapters>
  /** Writes an adapter, whole or not at all. */
  write(encoder: string, name: string, adapter: Adapter): Promise<void>
  remove(encoder: string, name: string): Promise<void>
  use(encoder: string, name: string | null): Promise<void>
}

const ending = '.safetensors'
const usedFile = 'used.json'
const usedSchema = z.object({ imo: z.string().nullable() })

/** What an adapter may be called: what is safe in a file name, an address and the name of a space. */
export const adapterNamePattern = /^[a-z0-9][a-z0-9._-]{0,63}$/

export function createAdapterFolder(directory: string): AdapterFolder {
  const folderOf = (encoder: string) => join(directory, encodeURIComponent(encoder))
  const fileOf = (encoder: string, name: string) => join(folderOf(encoder), name + ending)

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
        .filter((file) => file.endsWith(ending))
        .map((file) => file.slice(0, -ending.length))
        .filter((name) => adapterNamePattern.test(name))
        .sort()
      const adapters = await Promise.all(names.map((name) => describeAdapter(fileOf(encoder, name), name)))
      const used = await readUsed(encoder)
      // A kill between the removal of a file and of its name here leaves the name.
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

/** An adapter's file without its weights. Throws INVALID_ADAPTER. */
async function describeAdapter(file: string, name: string): Promise<AddedAdapter> {
  try {
    const content = await readFile(file)
    const { bottleneck, scale, blocks, provenance } = parseAdapter(content, file)
    const sha256 = createHash('sha256').update(content).digest('hex')
    return { name, file, bytes: content.length, sha256, bottleneck, scale, blocks: blocks.length, provenance }
  } catch (error) {
    // What is told over the network does not say where things lie here.
    const reason = reasonOf(error).replaceAll(file, 'The file')
    throw errors.invalidAdapterFile({ file: name + ending, reason })
  }
}
