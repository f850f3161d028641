import { type AugmentationRecipe, noAugmentation } from '../images/augmentation.js'
import type { ImageWorkers } from '../images/workers/image-workers.js'
import { untilCancelled } from '../system/abort.js'
import type { OnDemand } from '../system/open-on-demand.js'
import { currentScope } from '../system/work-scope.js'
import { type Matrix, stackRows } from '../tensor/matrix.js'
import { imagesPerBatch } from './batch-size.js'
import { type EncoderSpace, patchSpace } from './encoder-space.js'
import type { Manifest } from './manifest.js'
import { meanOfViews } from './mean-of-views.js'
import { type ImageSource, type OnBroken, pixelBuffers, prepareBatch } from './prepare-batch.js'

/** Unit features of images in each requested space: [N, d]; of patches [N, P·d]. */
export type EncodedImages = Readonly<Record<EncoderSpace, Matrix>>

export interface EncodeOptions {
  readonly spaces: readonly EncoderSpace[]
  /** No augmentation by default. */
  readonly recipe?: AugmentationRecipe
  readonly signal?: AbortSignal
  /** Called with the features of each batch, images `from` up to `to`, in order. The next batch waits for it. */
  readonly onBatch?: (features: EncodedImages, from: number, to: number) => Promise<void>
  /** Called with each image that cannot be read. Its row then means nothing. By default the first such error is thrown. */
  readonly onBroken?: OnBroken
}

/** The parts of an encoder that encode images. */
export interface ImagePipeline {
  readonly manifest: Manifest
  /** Whether the model runs on the CPU. */
  readonly onCpu: boolean
  readonly workers: Pick<OnDemand<ImageWorkers>, 'use'>
  /** Features of preprocessed images in shared memory, not of unit length: [count, 3, size, size] → [count, d]. */
  encodePixels(pixels: Float32Array, count: number, space: EncoderSpace): Promise<Matrix>
}

/** Encodes images batch by batch. Throws INVALID_IMAGE with `argument` `images[i]`, unless `onBroken` takes it; or CANCELLED. */
export async function encodeImages(
  { manifest, onCpu, workers, encodePixels }: ImagePipeline,
  images: readonly ImageSource[],
  { spaces, recipe = noAugmentation, signal = currentScope()?.signal, onBatch, onBroken }: EncodeOptions,
): Promise<EncodedImages> {
  // The patches of several views do not lie on each other.
  if (spaces.includes(patchSpace) && recipe.rounds > 1)
    throw new Error('patches are those of an image as it is')
  const batchSize = Math.max(1, Math.floor(imagesPerBatch(manifest.imageSize) / recipe.rounds))
  const maxViews = Math.min(batchSize, images.length) * recipe.rounds
  const buffers = pixelBuffers(onCpu ? 1 : 2, maxViews, manifest.imageSize)
  const prepare = (from: number): Promise<Float32Array> =>
    workers.use((running) => {
      const batch = images.slice(from, from + batchSize)
      return prepareBatch(running, batch, from, buffers.next().value, recipe, manifest, onBroken)
    })

  const parts = new Map<EncoderSpace, Matrix[]>(spaces.map((space) => [space, []]))
  let nextBatch: Promise<Float32Array> | undefined
  for (let from = 0; from < images.length; from += batchSize) {
    const to = Math.min(images.length, from + batchSize)
    const pixels = await untilCancelled(signal, nextBatch ?? prepare(from))
    // On a GPU, the next batch is prepared while the model runs. On the CPU the model uses every core, and would have to
    // wait for a thread that shares its core.
    nextBatch = onCpu || to === images.length ? undefined : prepare(to)
    // An error there is thrown when that batch is awaited.
    nextBatch?.catch(() => undefined)
    const features: Record<EncoderSpace, Matrix> = {}
    for (const [space, matrices] of parts) {
      const views = await untilCancelled(signal, encodePixels(pixels, (to - from) * recipe.rounds, space))
      const means = space === patchSpace ? views : meanOfViews(views, recipe.rounds)
      features[space] = means
      matrices.push(means)
    }
    await onBatch?.(features, from, to)
  }
  return Object.fromEntries(
    [...parts].map(([space, matrices]) => [
      space,
      stackRows(matrices, matrices[0]?.columns ?? manifest.dimensions),
    ]),
  )
}
