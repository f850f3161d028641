import { LRUCache } from 'lru-cache'
import { createFolderObjects } from './folder-objects.js'
import type { ObjectStore, StoredObject } from './object-store.js'

/** Copies of objects on the local disk. What was used longest ago makes room for what is new. */
export type ObjectCache = Pick<ObjectStore, 'get' | 'delete'> & {
  /** Keeps a copy. A full or failing disk keeps none. */
  put(key: string, content: Uint8Array): Promise<void>
}

/** Opens a cache of at most `maxBytes` in a folder that nobody else uses, with what an earlier process left there. */
export async function openObjectCache(folder: string, maxBytes: number): Promise<ObjectCache> {
  const objects = createFolderObjects(folder)
  const kept = new LRUCache<string, number>({
    maxSize: maxBytes,
    sizeCalculation: (bytes) => bytes + 1,
    dispose: (_, key, reason) => {
      if (reason === 'evict') void objects.delete([key]).catch(() => undefined)
    },
  })
  const found: StoredObject[] = []
  for await (const object of objects.list('')) found.push(object)
  found.sort((a, b) => a.modified.getTime() - b.modified.getTime())
  for (const { key, bytes } of found) kept.set(key, bytes)
  return {
    async get(key) {
      if (kept.get(key) === undefined) return undefined
      return objects.get(key).catch(() => undefined)
    },
    async put(key, content) {
      if (content.length >= maxBytes) return
      try {
        await objects.put(key, content)
        kept.set(key, content.length)
      } catch {
        // The object itself is safe elsewhere.
      }
    },
    async delete(keys) {
      for (const key of keys) kept.delete(key)
      await objects.delete(keys)
    },
  }
}
