import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { errors, reasonOf } from '../errors.js'
import type { Runtime } from '../tensor/runtime.js'
import { type Encoder, openEncoder } from './encoder.js'
import { isModelFolder } from './model-folder.js'

/** The encoders of a folder of model folders. */
export interface Encoders {
  readonly all: readonly Encoder[]
  readonly default: Encoder
  /** By id; the default where none is named. Throws UNKNOWN_ENCODER. */
  get(id: string | null | undefined, argument?: string): Encoder
  /** Whether the default encoder's files are still there. Throws what the file system says. */
  check(): Promise<void>
  close(): Promise<void>
}

/**
 * Reads every model folder and opens the default encoder; the others are opened when they are first used.
 * Throws INVALID_MODEL with the file that is missing or malformed, UNKNOWN_ENCODER where the default is not there.
 */
export async function openEncoders(
  directory: string,
  defaultId: string,
  runtime: Runtime,
): Promise<Encoders> {
  const all: Encoder[] = []
  const folders = new Map<Encoder, string>()
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    throw errors.invalidModel({ file: directory, reason: reasonOf(error) })
  })
  for (const entry of entries) {
    const folder = join(directory, entry.name)
    if (!entry.isDirectory() || !(await isModelFolder(folder))) continue
    const encoder = await openEncoder(folder, runtime)
    all.push(encoder)
    folders.set(encoder, folder)
  }
  const get = (id: string | null | undefined, argument?: string): Encoder => {
    const found = all.find((encoder) => encoder.id === (id ?? defaultId))
    if (!found) {
      throw errors.unknownEncoder({ id: id ?? defaultId, known: all.map((each) => each.id) }, argument)
    }
    return found
  }
  await get(defaultId).load()
  return {
    all,
    default: get(defaultId),
    get,
    async check() {
      const encoder = get(defaultId)
      const folder = folders.get(encoder) ?? directory
      await Promise.all(Object.keys(encoder.files).map((file) => access(join(folder, file))))
    },
    async close() {
      await Promise.all(all.map((encoder) => encoder.close()))
    },
  }
}
