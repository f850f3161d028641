import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AdapterFolder } from '../encoders/adapters/added-adapters.js'
import type { ObjectStore, StoredObject } from '../store/objects/object-store.js'
import { writeAtomically } from '../system/write-atomically.js'

/**
 * Added adapters that several machines share: the files of a local folder, kept equal to the objects `adapters/ENCODER/…`.
 * `local` is the adapter folder in `directory`, which nobody else uses.
 */
export function createSharedAdapterFolder(
  local: AdapterFolder,
  directory: string,
  objects: ObjectStore,
): AdapterFolder {
  const prefixOf = (encoder: string) => `adapters/${encodeURIComponent(encoder)}/`
  const fileOf = (key: string) => join(directory, key.slice('adapters/'.length))
  /** The objects that the local files are copies of. */
  const copied = new Map<string, string>()

  async function fetch(encoder: string): Promise<void> {
    const found = new Map<string, StoredObject>()
    for await (const object of objects.list(prefixOf(encoder))) found.set(object.key, object)
    for (const [key, object] of found) {
      if (copied.get(key) === versionOf(object)) continue
      const bytes = await objects.get(key)
      if (!bytes) continue
      await writeAtomically(fileOf(key), bytes, 'an adapter')
      copied.set(key, versionOf(object))
    }
    for (const key of copied.keys()) {
      if (!key.startsWith(prefixOf(encoder)) || found.has(key)) continue
      await rm(fileOf(key), { force: true })
      copied.delete(key)
    }
  }

  async function send(key: string): Promise<void> {
    await objects.put(key, await readFile(fileOf(key)))
  }

  return {
    async read(encoder) {
      await fetch(encoder)
      return local.read(encoder)
    },
    async write(encoder, name, adapter) {
      await local.write(encoder, name, adapter)
      await send(`${prefixOf(encoder)}${name}.safetensors`)
    },
    async remove(encoder, name) {
      await fetch(encoder)
      const { used } = await local.read(encoder)
      await local.remove(encoder, name)
      const keys = [`${prefixOf(encoder)}${name}.safetensors`]
      if (used === name) keys.unshift(`${prefixOf(encoder)}used.json`)
      await objects.delete(keys)
    },
    async use(encoder, name) {
      await local.use(encoder, name)
      const key = `${prefixOf(encoder)}used.json`
      if (name === null) await objects.delete([key])
      else await send(key)
    },
  }
}

const versionOf = ({ bytes, modified }: StoredObject): string => `${bytes} ${modified.getTime()}`
