import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import pLimit from 'p-limit'
import type { FeatureAddress, FeatureStore } from '../features/feature-store.js'
import type { FeatureSegmentRepository, SegmentAddress, SegmentRow } from '../store/feature-segments.js'
import type { ObjectCache } from '../store/objects/object-cache.js'
import type { ObjectStore } from '../store/objects/object-store.js'
import { type Matrix, matrix, rowOf } from '../tensor/matrix.js'
import { formatSafetensors, parseSafetensors } from '../tensor/safetensors.js'

export interface SegmentedFeaturesOptions {
  readonly objects: ObjectStore
  readonly segments: FeatureSegmentRepository
  /** Segments that were read before, on the local disk. */
  readonly cache: ObjectCache
  /** The name of this machine's processor, which is recorded for people. */
  readonly processorModel?: string
}

/** A segment is written when it has so many images. */
const imagesPerSegment = 1024
/** How much of what was read last stays in memory. */
const maxKeptBytes = 128 * 2 ** 20

/** Where the feature of an image is. */
interface Place {
  readonly segment: string
  readonly row: number
}

/** What this process knows of the features of an address. Segments never change, so each is read once. */
interface Index {
  readonly address: SegmentAddress
  readonly segments: Set<string>
  readonly places: Map<string, Place>
  /** Features that are not written yet, by image. */
  readonly waiting: Map<string, Float32Array>
}

/**
 * Features in an object store that several processes share: immutable segments named by their hashes, whose rows in the
 * database say which images they have. A segment is written before its row, so that every row has its object. A segment that is
 * missing or damaged counts as missing features.
 */
export function createSegmentedFeatures(options: SegmentedFeaturesOptions): FeatureStore {
  const { objects, segments, cache, processorModel = '' } = options
  const indexes = new Map<string, Index>()
  const kept = new LRUCache<string, Matrix>({
    maxSize: maxKeptBytes,
    sizeCalculation: ({ data }) => data.byteLength + 1,
  })
  // One operation at a time, so that none sees an index that another changes.
  const oneAtATime = pLimit(1)

  function indexOf({ encoder, space, recipe, processor = '' }: FeatureAddress): Index {
    const key = JSON.stringify([encoder, space, recipe, processor])
    const known = indexes.get(key)
    if (known) return known
    const index: Index = {
      address: { encoder, space, recipe, processor },
      ...{ segments: new Set(), places: new Map(), waiting: new Map() },
    }
    indexes.set(key, index)
    return index
  }

  /** Learns of the segments that other processes have written or removed. */
  async function refresh(index: Index): Promise<void> {
    const current = new Set(await segments.ids(index.address))
    for (const id of index.segments) if (!current.has(id)) forget(index, id)
    for (const id of current) {
      if (index.segments.has(id)) continue
      const row = await segments.get(id)
      if (row) learn(index, row)
    }
  }

  function learn(index: Index, { id, images }: SegmentRow): void {
    index.segments.add(id)
    for (const [row, image] of images.entries()) index.places.set(image, { segment: id, row })
  }

  function forget(index: Index, id: string): void {
    index.segments.delete(id)
    for (const [image, { segment }] of index.places) if (segment === id) index.places.delete(image)
  }

  async function readSegment(id: string): Promise<Matrix | undefined> {
    const known = kept.get(id)
    if (known) return known
    const bytes = (await intact(cache, id)) ?? (await fetchSegment(id))
    const features = bytes && featuresIn(bytes)
    if (features) kept.set(id, features)
    return features
  }

  async function fetchSegment(id: string): Promise<Buffer | undefined> {
    const bytes = await intact(objects, id)
    if (bytes) await cache.put(keyOf(id), bytes)
    return bytes
  }

  async function read(address: FeatureAddress, images: readonly string[]) {
    const index = indexOf(address)
    await refresh(index)
    const features = matrix(images.length, address.dimensions)
    const missing: number[] = []
    for (const [i, image] of images.entries()) {
      const waiting = index.waiting.get(image)
      const place = index.places.get(image)
      const segment = place && (await readSegment(place.segment))
      const found = waiting ?? (segment && rowOf(segment, place.row))
      if (found?.length === address.dimensions) rowOf(features, i).set(found)
      else missing.push(i)
    }
    return { features, missing }
  }

  async function append(address: FeatureAddress, images: readonly string[], features: Matrix): Promise<void> {
    const index = indexOf(address)
    for (const [i, image] of images.entries()) {
      const place = index.places.get(image)
      // A segment that cannot be read is written again.
      if (place && (await readSegment(place.segment))) continue
      index.waiting.set(image, rowOf(features, i).slice())
    }
    if (index.waiting.size >= imagesPerSegment) await write(index)
  }

  async function write(index: Index): Promise<void> {
    if (index.waiting.size === 0) return
    const row = await writeSegment({ ...index.address, processorModel }, [...index.waiting])
    await segments.add(row)
    learn(index, row)
    index.waiting.clear()
  }

  async function writeSegment(
    address: SegmentAddress & Pick<SegmentRow, 'processorModel'>,
    rows: readonly (readonly [string, Float32Array])[],
  ): Promise<SegmentRow> {
    const { encoder, space, recipe, processor } = address
    const columns = rows[0]?.[1].length ?? 0
    const data = new Float32Array(rows.length * columns)
    for (const [i, [, values]] of rows.entries()) data.set(values, i * columns)
    const images = rows.map(([image]) => image)
    const bytes = formatSafetensors({
      tensors: new Map([['features', { type: 'float32', shape: [rows.length, columns], data }]]),
      metadata: {
        ...{ encoder, space, recipe, images: images.join(' ') },
        ...(processor !== '' && { processor }),
      },
    })
    const id = hashOf(bytes)
    await objects.put(keyOf(id), bytes)
    return { ...address, id, images }
  }

  /** Replaces a segment by one without the features of images that are not kept. */
  async function compact(id: string, selectKept: Parameters<FeatureStore['keepOnly']>[0]): Promise<void> {
    const row = await segments.get(id)
    if (!row) return
    const wanted = await selectKept(row.images)
    if (row.images.every((image) => wanted.has(image))) return
    const segment = await readSegment(id)
    const rows = row.images.flatMap((image, i) =>
      segment && wanted.has(image) ? [[image, rowOf(segment, i)] as const] : [],
    )
    await segments.replace(id, rows.length > 0 ? await writeSegment(row, rows) : null)
    kept.delete(id)
    await cache.delete([keyOf(id)])
    await objects.delete([keyOf(id)])
  }

  const flush = async (): Promise<void> => {
    for (const index of indexes.values()) await write(index)
  }

  return {
    read: (address, images) => oneAtATime(() => read(address, images)),
    append: (address, images, features) => oneAtATime(() => append(address, images, features)),
    flush: () => oneAtATime(flush),
    async processors(address) {
      const written = await segments.processors(address)
      return written.map((processor) => (processor === '' ? undefined : processor))
    },
    keepOnly: (selectKept, isAffected = () => true) =>
      oneAtATime(async () => {
        await flush()
        for (const address of await segments.addresses()) {
          if (!isAffected(address)) continue
          for (const id of await segments.ids(address)) await compact(id, selectKept)
        }
      }),
    close: () => oneAtATime(flush),
  }
}

const keyOf = (id: string): string => `features/${id.slice(0, 2)}/${id}`

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** The bytes of a segment; undefined if it is missing or damaged. */
async function intact(objects: Pick<ObjectStore, 'get'>, id: string): Promise<Buffer | undefined> {
  const bytes = await objects.get(keyOf(id))
  return bytes && hashOf(bytes) === id ? bytes : undefined
}

function featuresIn(bytes: Buffer): Matrix | undefined {
  const tensor = parseSafetensors(bytes, 'features').tensors.get('features')
  const [rows, columns] = tensor?.shape ?? []
  if (tensor?.type !== 'float32' || rows === undefined || columns === undefined) return undefined
  return matrix(rows, columns, tensor.data)
}
