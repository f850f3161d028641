import pLimit from 'p-limit'
import type { Encoder } from '../encoders/encoder.js'
import type { ImageSource } from '../encoders/prepare-batch.js'
import type { FeatureAddress, FeatureStore } from '../features/feature-store.js'
import type { SpaceFeatures } from '../features/space-features.js'
import type { AugmentationRecipe } from '../images/augmentation.js'
import { untilCancelled } from '../system/abort.js'
import { rowOf } from '../tensor/matrix.js'

/** Reads the features of images from the store, and encodes and stores the missing ones. */
export interface FeatureSource {
  /**
   * Features [n, d] in each requested space, one row for each image in the order given. `onEncoded` is called after each
   * batch with the number of images encoded. Throws as `encodeImages`.
   */
  load(request: FeatureRequest): Promise<SpaceFeatures>
  /** The number of images that have no stored features in at least one of the spaces. */
  missing(request: Pick<FeatureRequest, 'encoder' | 'images' | 'spaces' | 'recipe'>): Promise<number>
}

export interface FeatureRequest {
  readonly encoder: Encoder
  readonly images: readonly ImageSource[]
  readonly spaces: readonly string[]
  readonly recipe: AugmentationRecipe
  readonly signal?: AbortSignal
  readonly onEncoded?: (images: number) => void
}

/** Callbacks for metrics. */
export interface FeatureEvents {
  /** Called with the numbers of requested images that have all features stored and that must be encoded. */
  readonly onLookup?: (found: number, missing: number) => void
  readonly onEncoded?: (images: number, seconds: number) => void
}

export function createFeatureSource(store: FeatureStore, events: FeatureEvents = {}): FeatureSource {
  // One request at a time, so that two requests do not encode the same image.
  const oneAtATime = pLimit(1)

  const addressOf = (encoder: Encoder, space: string, recipe: AugmentationRecipe): FeatureAddress => ({
    encoder: `${encoder.id}-${encoder.spaceFingerprint(space)}`,
    space,
    recipe: recipe.id,
    dimensions: encoder.dimensions,
  })

  /** The stored features in each space, and the ascending positions of images that lack features in any of them. */
  async function lookUp({ encoder, images, spaces, recipe }: FeatureRequest) {
    const ids = images.map(({ id }) => id)
    const found = await Promise.all(
      spaces.map(async (space) => ({ space, ...(await store.read(addressOf(encoder, space, recipe), ids)) })),
    )
    const missing = [...new Set(found.flatMap((each) => each.missing))].sort((a, b) => a - b)
    return { found, missing }
  }

  async function load(request: FeatureRequest): Promise<SpaceFeatures> {
    const { encoder, images, spaces, recipe, signal, onEncoded } = request
    const { found, missing } = await lookUp(request)
    events.onLookup?.(images.length - missing.length, missing.length)
    // An image that the request contains twice is encoded once.
    const rowById = new Map(missing.map((row) => [(images[row] as ImageSource).id, row]))
    const unique = [...rowById.values()]
    let before = performance.now()
    const encoding = encoder.encodeImages(
      unique.map((row) => images[row] as ImageSource),
      {
        spaces,
        recipe,
        ...(signal && { signal }),
        async onBatch(features, from, to) {
          const ids = unique.slice(from, to).map((row) => (images[row] as ImageSource).id)
          for (const space of spaces) {
            const batch = features[space]
            if (batch) await store.append(addressOf(encoder, space, recipe), ids, batch)
          }
          onEncoded?.(to - from)
          events.onEncoded?.(to - from, (performance.now() - before) / 1000)
          before = performance.now()
        },
      },
    )
    const encoded = await encoding.finally(() => store.flush())
    const encodedRowOf = new Map(unique.map((row, i) => [(images[row] as ImageSource).id, i]))
    for (const { space, features } of found) {
      const fresh = encoded[space]
      if (fresh === undefined) continue
      for (const row of missing) {
        rowOf(features, row).set(rowOf(fresh, encodedRowOf.get((images[row] as ImageSource).id) as number))
      }
    }
    return Object.fromEntries(found.map(({ space, features }) => [space, features]))
  }

  return {
    load: (request) =>
      untilCancelled(
        request.signal,
        oneAtATime(() => load(request)),
      ),
    missing: async (request) => (await lookUp(request)).missing.length,
  }
}
