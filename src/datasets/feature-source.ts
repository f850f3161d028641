import pLimit from 'p-limit'
import type { Encoder } from '../encoders/encoder.js'
import { patchSpace } from '../encoders/encoder-space.js'
import type { ImageSource } from '../encoders/prepare-batch.js'
import { errors } from '../errors.js'
import type { FeatureAddress, FeatureStore } from '../features/feature-store.js'
import type { SpaceFeatures } from '../features/space-features.js'
import type { AugmentationRecipe } from '../images/augmentation.js'
import { untilCancelled } from '../system/abort.js'
import { type Matrix, rowOf } from '../tensor/matrix.js'

/** Reads the features of images from the store, and encodes and stores the missing ones. */
export interface FeatureSource {
  /**
   * Features [n, d] in each requested space, and [n, P·d] of patches, one row for each image in the order given. `onEncoded` is called after each
   * batch with the number of images encoded. Throws as `encodeImages`, or OTHER_PROCESSOR for images that only a processor of
   * another kind may encode.
   */
  load(request: FeatureRequest): Promise<SpaceFeatures>
  /** The number of images that have no stored features in at least one of the spaces. */
  missing(request: Omit<FeatureRequest, 'signal' | 'onEncoded'>): Promise<number>
}

export interface FeatureRequest {
  readonly encoder: Encoder
  readonly images: readonly ImageSource[]
  readonly spaces: readonly string[]
  readonly recipe: AugmentationRecipe
  /**
   * The kind of machine whose features count, together with those of earlier versions, which did not record it. By default those
   * of this machine come first, and then those of any other.
   */
  readonly processor?: string
  readonly signal?: AbortSignal
  readonly onEncoded?: (images: number) => void
}

/** What a request finds stored: the features in each space, whose rows are zero where an image has none. */
type Found = readonly { readonly space: string; readonly features: Matrix }[]

/** The number of images after which a request that encodes lets another have its turn. */
const imagesPerTurn = 256

/** Callbacks for metrics. */
export interface FeatureEvents {
  /** Called with the numbers of requested images that have all features stored and that must be encoded. */
  readonly onLookup?: (found: number, missing: number) => void
  readonly onEncoded?: (images: number, seconds: number) => void
}

export function createFeatureSource(store: FeatureStore, events: FeatureEvents = {}): FeatureSource {
  // One request encodes at a time, so that two do not encode the same image. A long one lets others have turns.
  const oneAtATime = pLimit(1)

  async function addressOf(
    encoder: Encoder,
    space: string,
    recipe: AugmentationRecipe,
    processor = encoder.processor(),
  ): Promise<FeatureAddress> {
    const patches = space === patchSpace ? await encoder.patches() : 1
    if (patches === null) throw errors.spaceNotAvailable({ space, encoder: encoder.id })
    return {
      encoder: `${encoder.id}-${encoder.spaceFingerprint(space)}`,
      space,
      recipe: recipe.id,
      processor,
      dimensions: patches * encoder.dimensions,
    }
  }

  /** The stored features in a space, of the processors whose features count. */
  async function readSpace({ encoder, images, recipe, processor }: FeatureRequest, space: string) {
    const address = await addressOf(encoder, space, recipe, processor && encoder.processor(processor))
    const ids = images.map(({ id }) => id)
    const found = await store.read(address, ids)
    let { missing } = found
    if (missing.length === 0) return found
    const known = await store.processors(address)
    const others = known.filter((each) => each !== address.processor && each !== undefined)
    const next = [
      ...(known.includes(undefined) && address.processor !== undefined ? [undefined] : []),
      ...(processor === undefined ? others.sort() : []),
    ]
    for (const other of next) {
      if (missing.length === 0) break
      const wanted = missing
      const more = await store.read(
        { ...address, processor: other },
        wanted.map((i) => ids[i] as string),
      )
      const absent = new Set(more.missing)
      for (const [row, i] of wanted.entries()) {
        if (!absent.has(row)) rowOf(found.features, i).set(rowOf(more.features, row))
      }
      missing = more.missing.map((row) => wanted[row] as number)
    }
    return { ...found, missing }
  }

  /** The stored features in each space, and the ascending positions of images that lack features in any of them. */
  async function lookUp(request: FeatureRequest) {
    const found = await Promise.all(
      request.spaces.map(async (space) => ({ space, ...(await readSpace(request, space)) })),
    )
    const missing = [...new Set(found.flatMap((each) => each.missing))].sort((a, b) => a - b)
    return { found, missing }
  }

  /** Encodes the images at some rows, and writes their features to those rows of `found`. */
  async function encode(request: FeatureRequest, found: Found, rows: readonly number[]): Promise<void> {
    const { encoder, spaces, recipe, signal, onEncoded } = request
    const images = rows.map((row) => request.images[row] as ImageSource)
    // Another request may have encoded some of them meanwhile.
    const stored = await lookUp({ ...request, images })
    const absent = stored.missing.map((i) => images[i] as ImageSource)
    if (absent.length < images.length) onEncoded?.(images.length - absent.length)
    requireProcessor(request, absent.length)
    let before = performance.now()
    const encoded = await encoder.encodeImages(absent, {
      spaces,
      recipe,
      ...(signal && { signal }),
      async onBatch(features, from, to) {
        const ids = absent.slice(from, to).map(({ id }) => id)
        for (const space of spaces) {
          const batch = features[space]
          if (batch) await store.append(await addressOf(encoder, space, recipe), ids, batch)
        }
        onEncoded?.(to - from)
        events.onEncoded?.(to - from, (performance.now() - before) / 1000)
        before = performance.now()
      },
    })
    const encodedRowOf = new Map(stored.missing.map((i, row) => [i, row]))
    for (const [at, { space, features }] of found.entries()) {
      const [known, fresh] = [stored.found[at]?.features, encoded[space]]
      for (const [i, row] of rows.entries()) {
        const encodedRow = encodedRowOf.get(i)
        const from = encodedRow === undefined ? known && rowOf(known, i) : fresh && rowOf(fresh, encodedRow)
        if (from) rowOf(features, row).set(from)
      }
    }
  }

  async function load(request: FeatureRequest): Promise<SpaceFeatures> {
    const { images } = request
    const { found, missing } = await lookUp(request)
    events.onLookup?.(images.length - missing.length, missing.length)
    // An image that the request contains twice is encoded once.
    const rowById = new Map(missing.map((row) => [(images[row] as ImageSource).id, row]))
    const unique = [...rowById.values()]
    try {
      for (let from = 0; from < unique.length; from += imagesPerTurn) {
        const rows = unique.slice(from, from + imagesPerTurn)
        await oneAtATime(() => encode(request, found, rows))
      }
    } finally {
      if (unique.length > 0) await store.flush()
    }
    for (const { features } of found) {
      for (const row of missing) {
        const encodedRow = rowById.get((images[row] as ImageSource).id)
        if (encodedRow !== undefined && encodedRow !== row) {
          rowOf(features, row).set(rowOf(features, encodedRow))
        }
      }
    }
    return Object.fromEntries(found.map(({ space, features }) => [space, features]))
  }

  return {
    load: (request) => untilCancelled(request.signal, load(request)),
    missing: async (request) => (await lookUp(request)).missing.length,
  }
}

/** Throws OTHER_PROCESSOR if images are to be encoded on a machine of another kind. */
function requireProcessor({ encoder, processor }: FeatureRequest, images: number): void {
  const [wanted, own] = [processor && encoder.processor(processor), encoder.processor()]
  if (images > 0 && wanted !== undefined && wanted !== own)
    throw errors.otherProcessor({ wanted, own: own ?? 'unknown' })
}
