import { ShotboardError } from '../../errors.js'
import { allSpaces, type Library } from '../../library/index.js'

/** Objects by their ids, for one request. */
export interface Nodes {
  /** Null if no object has the id. */
  readonly find: (id: string) => Promise<object | null>
  /** The name of the GraphQL type of an object that was found. */
  readonly typeOf: (found: object) => string | undefined
}

/** The rows of a type by id; they are asked for in one statement. */
interface RowLoader {
  load(id: string): Promise<object>
}

/**
 * Finds objects of every type by id. Rows have UUIDs, classes of classifiers one with a number, and images have hashes, so no two types share one. Methods, spaces and
 * encoders have names; of those, a space gives way to a method, and an encoder to both.
 */
export function createNodes(library: Library, rows: Readonly<Record<string, RowLoader>>): Nodes {
  const types = new WeakMap<object, string>()

  async function ofType(type: string, loader: RowLoader | undefined, id: string): Promise<object | null> {
    try {
      const row = await loader?.load(id)
      if (row) types.set(row, type)
      return row ?? null
    } catch (error) {
      if (error instanceof ShotboardError && error.code.startsWith('UNKNOWN_')) return null
      throw error
    }
  }

  function registered(id: string): object | null {
    const lists: Readonly<Record<string, readonly { readonly id: string }[]>> = {
      Method: library.registry.methods,
      FeatureSpace: allSpaces(library.encoders.all, library.registry),
      Encoder: library.encoders.all,
    }
    for (const [type, list] of Object.entries(lists)) {
      const found = list.find((each) => each.id === id)
      if (found) {
        types.set(found, type)
        return found
      }
    }
    return null
  }

  return {
    typeOf: (found) => types.get(found),
    async find(id) {
      if (/^[0-9a-f]{64}$/.test(id)) return ofType('Image', rows.Image, id)
      if (classOfVersion.test(id)) return ofType('ClassLabel', rows.ClassLabel, id)
      if (!uuid.test(id)) return registered(id)
      const found = await Promise.all(Object.entries(rows).map(([type, loader]) => ofType(type, loader, id)))
      return found.find((each) => each !== null) ?? null
    },
  }
}

const classOfVersion = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.\d{1,9}$/
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
