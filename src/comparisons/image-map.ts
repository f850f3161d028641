import type { EncodedData } from '../datasets/encoded-data.js'
import type { Encoder } from '../encoders/encoder.js'
import type { Encoders } from '../encoders/encoders.js'
import { errors } from '../errors.js'
import { principalComponents } from '../evaluation/principal-components.js'
import { featuresOf } from '../features/space-features.js'
import { type Support, supportIn } from '../features/support.js'
import type { Registry } from '../plugins/registry.js'
import type { FeatureSpace } from '../spaces/contract.js'
import { fitSpace } from '../spaces/fit-space.js'
import type { DatasetImageRow, DatasetRow } from '../store/datasets.js'
import type { Split } from '../store/enums.js'
import type { RunRow } from '../store/runs.js'
import type { Store } from '../store/store.js'
import { once } from '../system/once.js'
import { seeded } from '../system/random.js'
import type { Kernels } from '../tensor/kernels.js'
import { type Matrix, unitRows } from '../tensor/matrix.js'
import type { MeasuredImages } from './measured-images.js'
import type { RunResults } from './run-results.js'

export interface ImageMapInput {
  /** Of a dataset; the images of a run are of its encoder. Default: the default encoder. */
  readonly encoder?: string | null | undefined
  /** Default: the space of the run, or `clip`. */
  readonly space?: string | null | undefined
  /** The most images, from 1 to `maxMapImages`. Of more, a seeded sample is taken: the same for every space. */
  readonly limit: number
}

/** Images as points in a space, each list in the same order. */
export interface ImageMap {
  /** The dataset whose classes are meant. */
  readonly datasetId: string
  readonly encoder: string
  readonly space: string
  /** How many images there are, and how many of them are shown. */
  readonly total: number
  readonly images: readonly MappedImage[]
  /** [n, k], the component with the greatest variance first. */
  readonly components: Matrix
  /** [k]: shares of the variance, from 0 to 1. */
  readonly explained: Float64Array
}

export interface MappedImage {
  readonly imageId: string
  /** Null for an image without a label. Of a run, the class at the time. */
  readonly classIndex: number | null
  readonly split: Split | null
  /** Of a run; null of a dataset. */
  readonly predicted: number | null
  readonly confidence: number | null
}

/** Maps the images of a dataset, those without a label too, and the test images of a run. */
export interface ImageMaps {
  /**
   * Fits the space on the support pool. Throws INVALID_VALUE, UNKNOWN_ENCODER, UNKNOWN_SPACE, SPACE_NOT_AVAILABLE or
   * GENERIC_REQUIRED.
   */
  ofDataset(dataset: DatasetRow, input: ImageMapInput): Promise<ImageMap>
  /**
   * Fits the space on the support set of the run, or on the support pool if it has been deleted. Throws as above, and
   * RUN_RESULT_UNREADABLE; INVALID_VALUE if the run has not finished.
   */
  ofRun(run: RunRow, input: ImageMapInput): Promise<ImageMap>
}

export interface ImageMapContext {
  readonly store: Store
  readonly encoders: Encoders
  readonly registry: Registry
  readonly kernels: Kernels
  readonly encodedData: EncodedData
  readonly measuredImages: MeasuredImages
  readonly runResults: RunResults
}

export const maxMapImages = 10_000

/** Enough for neighbours to be found in, and few enough to be sent. */
const components = 30

export function createImageMaps(context: ImageMapContext): ImageMaps {
  const { store, encoders, registry, kernels, encodedData, measuredImages, runResults } = context

  function spaceOf(id: string, encoder: Encoder): FeatureSpace {
    const space = registry.space(id, 'space')
    if (encoder.spaces.includes(space.base)) return space
    throw errors.spaceNotAvailable({ space: space.id, encoder: encoder.id }, 'space')
  }

  async function mapped(
    datasetId: string,
    encoder: Encoder,
    space: FeatureSpace,
    all: readonly MappedImage[],
    limit: number,
    fitOn: (bases: readonly string[]) => Promise<Pick<Support, 'features' | 'labels'>>,
  ): Promise<ImageMap> {
    const images = sampled(all, limit)
    const bases = [space.base]
    const { features } = await encodedData.labelled(images.map(asLabelled), encoder, bases)
    const classes = await encodedData.classes(datasetId)
    const support = {
      ...(space.fit ? await fitOn(bases) : { features, labels: new Int32Array(images.length) }),
      textClassifier: await encodedData.textClassifier(encoder, classes),
      generic: once(() => encodedData.generic(encoder, datasetId)),
    }
    const { project } = await fitSpace(space, await supportIn(support, space), kernels)
    // Images are compared by cosine similarity, so it is their directions that are shown.
    const projected = unitRows(await project(featuresOf(features, space.base)))
    const found = await principalComponents(projected, components, kernels)
    return { datasetId, encoder: encoder.id, space: space.id, total: all.length, images, ...found }
  }

  async function poolOf(datasetId: string): Promise<readonly DatasetImageRow[]> {
    const pool = await store.datasets.images(datasetId, 'SUPPORT_POOL')
    if (pool.length > 0) return pool
    const reason = 'The space is fitted on the support pool, which is empty.'
    throw errors.invalidValue({ reason }, 'space')
  }

  return {
    async ofDataset({ id }, input) {
      requireLimit(input.limit)
      const encoder = encoders.get(input.encoder, 'encoder')
      const space = spaceOf(input.space ?? 'clip', encoder)
      const labelled = await store.datasets.images(id)
      const unlabelled = await store.unlabelledImages.ids(id)
      const nothing = { predicted: null, confidence: null }
      const images: MappedImage[] = [
        ...labelled.map(({ imageId, classIndex, split }) => ({ imageId, classIndex, split, ...nothing })),
        ...unlabelled.map((imageId) => ({ imageId, classIndex: null, split: null, ...nothing })),
      ]
      requireImages(images)
      const fitOn = async (bases: readonly string[]) => encodedData.labelled(await poolOf(id), encoder, bases)
      return mapped(id, encoder, space, images, input.limit, fitOn)
    },

    async ofRun(run, input) {
      requireLimit(input.limit)
      const encoder = encoders.get(run.encoder, 'encoder')
      const space = spaceOf(input.space ?? run.space ?? 'clip', encoder)
      if (!run.result) throw errors.invalidValue({ reason: `Run ${run.id} has not finished.` }, 'id')
      const { labels, predicted, confidence } = await runResults.read(run.id)
      const ids = await measuredImages(run)
      const images = ids.map(
        (imageId, i): MappedImage => ({
          imageId,
          classIndex: labels[i] ?? null,
          split: 'TEST',
          predicted: predicted[i] ?? null,
          confidence: confidence?.[i] ?? null,
        }),
      )
      requireImages(images)
      const { datasetId } = run
      const set = run.result.supportSetId ? await store.supportSets.get(run.result.supportSetId) : null
      const fitOn = async (bases: readonly string[]) =>
        set
          ? encodedData.support(set, encoder, bases)
          : encodedData.labelled(await poolOf(datasetId), encoder, bases)
      return mapped(datasetId, encoder, space, images, input.limit, fitOn)
    },
  }
}

/** Features do not depend on labels. */
const asLabelled = ({ imageId, classIndex, split }: MappedImage): DatasetImageRow => ({
  imageId,
  classIndex: classIndex ?? 0,
  split: split ?? 'SUPPORT_POOL',
})

function sampled(images: readonly MappedImage[], limit: number): readonly MappedImage[] {
  if (images.length <= limit) return images
  const chosen = seeded('image-map')
    .shuffled(images.map((_, i) => i))
    .slice(0, limit)
    .sort((a, b) => a - b)
  return chosen.flatMap((i) => images[i] ?? [])
}

function requireLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= maxMapImages) return
  const reason = `limit must be a whole number from 1 to ${maxMapImages}, not ${limit}.`
  throw errors.invalidValue({ reason }, 'limit')
}

function requireImages(images: readonly MappedImage[]): void {
  if (images.length < 2) throw errors.invalidValue({ reason: 'A map needs at least two images.' })
}
