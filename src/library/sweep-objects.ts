import type { ObjectStore } from '../store/objects/object-store.js'
import type { Store } from '../store/store.js'

/** Younger objects may be waiting for their rows. */
const msToKeep = 24 * 3_600_000
const objectsPerLook = 500

/** How the objects of a kind are named, and which of the names the database knows. */
interface Kind {
  readonly prefix: string
  /** Matches a key; its first group is the name. */
  readonly pattern: RegExp
  readonly known: (store: Store, names: readonly string[]) => Promise<readonly string[]>
}

const kinds: readonly Kind[] = [
  {
    prefix: 'images/',
    pattern: /^images\/..\/([0-9a-f]{64})$/,
    known: (store, names) => store.images.known(names),
  },
  {
    prefix: 'features/',
    pattern: /^features\/..\/([0-9a-f]{64})$/,
    known: (store, names) => store.featureSegments.known(names),
  },
  {
    prefix: 'runs/',
    pattern: /^runs\/([^/]+)\.safetensors$/,
    known: (store, names) => store.runs.known(names),
  },
  {
    prefix: 'classifiers/',
    pattern: /^classifiers\/([^/]+)\.safetensors$/,
    known: (store, names) => store.classifiers.knownVersions(names),
  },
  {
    prefix: 'classifications/',
    pattern: /^classifications\/([^/]+)\/[^/]+$/,
    known: async (store, ids) => (await store.datasetClassifications.getMany(ids)).map(({ id }) => id),
  },
  {
    prefix: 'archives/',
    pattern: /^archives\/([^/]+)$/,
    known: async (store) => (await store.imports.unfinished()).map(({ file }) => file),
  },
]

/**
 * Deletes the objects that no row names and that were put more than a day ago: what a killed process left, and images that were
 * deleted. Throws STORAGE_FAILED or DATABASE_UNAVAILABLE.
 */
export async function sweepObjects(
  objects: ObjectStore,
  store: Store,
  signal: AbortSignal,
  now = Date.now(),
): Promise<void> {
  for (const { prefix, pattern, known } of kinds) {
    let some: { readonly name: string; readonly key: string }[] = []
    const deleteUnknown = async (): Promise<void> => {
      const names = new Set(await known(store, [...new Set(some.map(({ name }) => name))]))
      await objects.delete(some.flatMap(({ name, key }) => (names.has(name) ? [] : [key])))
      some = []
    }
    for await (const object of objects.list(prefix)) {
      signal.throwIfAborted()
      const name = pattern.exec(object.key)?.[1]
      if (name === undefined || now - object.modified.getTime() < msToKeep) continue
      some.push({ name, key: object.key })
      if (some.length >= objectsPerLook) await deleteUnknown()
    }
    await deleteUnknown()
  }
}
