import { errors } from '../errors.js'
import { type ImageFiles, imageIdOf, imageKeyOf } from './image-files.js'
import type { ObjectStore } from './objects/object-store.js'

/**
 * The images of an object store that several processes share. An image that is written is there at once: its key is the hash
 * of its bytes, so nobody sees a wrong one. Images without a row are left to the sweep by age, as another process may be adding
 * a row.
 */
export function createImageObjects(objects: ObjectStore): ImageFiles {
  return {
    begin: () => ({
      hold: async () => {},
      write: (id, bytes) => objects.put(imageKeyOf(id), bytes),
      save: async () => {},
      release: async () => {},
    }),
    async read(id) {
      const bytes = await objects.get(imageKeyOf(id))
      if (!bytes) throw errors.unknownImage({ id })
      if (imageIdOf(bytes) !== id) throw errors.imageChanged({ id })
      return bytes
    },
    remove: async () => {},
    sweep: async () => {},
    async some(count) {
      const ids: string[] = []
      for await (const { key } of objects.list('images/')) {
        if (ids.length >= count) break
        ids.push(key.slice(key.lastIndexOf('/') + 1))
      }
      return ids
    },
  }
}
