import pLimit from 'p-limit'
import type { Encoder, ImageSource } from '../encoders/encoder.js'
import type { FeatureAddress, FeatureStore } from '../features/feature-store.js'
import type { SpaceFeatures } from '../features/space-features.js'
import type { AugmentationRecipe } from '../images/augmentation.js'
import { untilCancelled } from '../system/abort.js'
import { rowOf } from '../tensor/matrix.js'

/** Features of images, from the store where they are there, encoded and stored where they are not. */
export interface FeatureSource {
  /**
   * One row an image, in each space asked for. `onEncoded` is told of every image that had to be encoded, as it is.
   * Throws as `encodeImages`.
   */
  load(request: FeatureRequest): Promise<SpaceFeatures>
  /** How many of the images would have to be encoded. */
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

/** Told of what is found and what is encoded. */
export interface FeatureEvents {
  /** Of the images asked for, how many have all features stored, and how many have to be encoded. */
  readonly onLookup?: (found: number, missing: number) => void
  readonly onEncoded?: (images: number, seconds: number) => void
}

export function createFeatureSource(store: FeatureStore, events: FeatureEvents = {}): FeatureSource {
  // One request after another: two that want the same image would otherwise both encode it.
  const oneAtATime = pLimit(1)

  const addressOf = (encoder: Encoder, space: string, recipe: AugmentationRecipe): FeatureAddress => ({
    encoder: `${encoder.id}-${encoder.fingerprintOf(space)}`,
    space,
    recipe: recipe.id,
    dimensions: encoder.dimensions,
  })

  /** What is stored of each space, and the positions at which any space misses an image. */
  async function look({ encoder, images, spaces, recipe }: FeatureRequest) {
    const ids = images.map(({ id }) => id)
    const found = await Promise.all(
      spaces.map(async (space) => ({ space, ...(await store.read(addressOf(encoder, space, recipe), ids)) })),
    )
    const missing = [...new Set(found.flatMap((each) => each.missing))].sort((a, b) => a - b)
    return { found, missing }
  }

  async function load(request: FeatureRequest): Promise<SpaceFeatures> {
    const { encoder, images, spaces, recipe, signal, onEncoded } = request
    const { found, missing } = await look(request)
    events.onLookup?.(images.length - missing.length, missing.length)
    // An image that stands twice in the request is encoded once.
    const first = new Map(missing.map((row) => [(images[row] as ImageSource).id, row]))
    const unique = [...first.values()]
    let before = performance.now()
    const encoded = await encoder.encodeImages(
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
    const place = new Map(unique.map((row, i) => [(images[row] as ImageSource).id, i]))
    for (const { space, features } of found) {
      const fresh = encoded[space]
      if (fresh === undefined) continue
      for (const row of missing) {
        rowOf(features, row).set(rowOf(fresh, place.get((images[row] as ImageSource).id) as number))
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
    missing: async (request) => (await look(request)).missing.length,
  }
}
