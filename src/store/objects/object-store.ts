/**
 * Named bytes: images, archives, results, adapters and exports. An object is stored before the row that names it. Keys are
 * relative paths with `/`. All methods throw DISK_FULL or STORAGE_FAILED if the store is at fault.
 */
export interface ObjectStore {
  /**
   * Stores an object completely or not at all; one of that key is replaced. When it returns, the object survives a power cut.
   * Throws what `content` throws, and then stores nothing.
   */
  put(key: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<void>
  /** The bytes of an object; undefined if there is none. */
  get(key: string): Promise<Buffer | undefined>
  /** Up to `length` bytes from the position `from`; undefined if there is no such object. Past its end there are no bytes. */
  range(key: string, from: number, length: number): Promise<Buffer | undefined>
  /** Deletes objects. Those that do not exist are skipped. */
  delete(keys: readonly string[]): Promise<void>
  /** The objects whose keys start with a prefix, in any order. A prefix ends with `/`, or is empty for all. */
  list(prefix: string): AsyncIterable<StoredObject>
  /** The file of an object, for a store on a local disk. */
  readonly pathOf?: (key: string) => string
}

export interface StoredObject {
  readonly key: string
  readonly bytes: number
  /** When it was last put. */
  readonly modified: Date
}

/** What the keys of a kind of objects start with. The words are also how errors call such an object. */
const kinds: Readonly<Record<string, string>> = {
  images: 'an image',
  archives: 'an archive',
  runs: 'the results of a run',
  classifiers: 'a classifier',
  classifications: "a classifier's answers",
  features: 'features',
  adapters: 'an adapter',
  trainings: "an adapter's checkpoint",
  generic: 'a generic covariance',
}

/** How errors call the object of a key. */
export const describeObject = (key: string): string => kinds[key.split('/', 1)[0] ?? ''] ?? 'a file'

/** The names of the objects whose keys are `prefix`, a name without `/`, and `ending`. */
export async function namesOf(objects: ObjectStore, prefix: string, ending: string): Promise<string[]> {
  const names: string[] = []
  for await (const { key } of objects.list(prefix)) {
    const name = key.slice(prefix.length, key.length - ending.length)
    if (key.endsWith(ending) && !name.includes('/')) names.push(name)
  }
  return names
}

/** The bytes of a content in pieces. */
export async function* piecesOf(content: Uint8Array | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) yield content
  else yield* content
}
