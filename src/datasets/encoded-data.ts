import type { Encoder } from '../encoders/encoder.js'
import { patchSpace } from '../encoders/encoder-space.js'
import type { ImageSource } from '../encoders/prepare-batch.js'
import { encodeClasses } from '../encoders/text-classifier.js'
import { errors } from '../errors.js'
import type { LabelledImages } from '../features/labelled-images.js'
import type { Prompts } from '../features/prompts.js'
import type { SpaceFeatures } from '../features/space-features.js'
import type { Generic, Support } from '../features/support.js'
import { type AugmentationRecipe, augmentationRecipe, noAugmentation } from '../images/augmentation.js'
import type { ClassRow, DatasetImageRow } from '../store/datasets.js'
import type { Drawing } from '../store/enums.js'
import type { ImageFiles } from '../store/image-files.js'
import type { Store } from '../store/store.js'
import type { SupportImageRow, SupportSetRow } from '../store/support-sets.js'
import { fingerprintInParts } from '../system/fingerprint.js'
import { once } from '../system/once.js'
import { createPromiseCache } from '../system/promise-cache.js'
import type { Matrix } from '../tensor/matrix.js'
import { drawSupport, largestClass, poolSizes, sizesOf, withoutExact } from './draw-support.js'
import type { FeatureSource } from './feature-source.js'
import { listedSupport } from './listed-support.js'
import { matchClasses } from './match-classes.js'

/** Callbacks for progress and cancellation while images are encoded. */
export interface LoadOptions {
  readonly signal?: AbortSignal
  /** Called with the number of images just encoded. */
  readonly onEncoded?: (images: number) => void
  /** The kind of machine whose features count; see `FeatureRequest`. */
  readonly processor?: string | undefined
}

/** The encoded classes, support sets and images that runs and predictions use. */
export interface EncodedData {
  /** A dataset's classes. Throws UNKNOWN_DATASET. */
  classes(datasetId: string): Promise<readonly ClassRow[]>
  /** The text classifier W of a dataset's classes, [C, d]. Recent classifiers are cached. */
  textClassifier(encoder: Encoder, classes: readonly ClassRow[]): Promise<Matrix>
  /**
   * Draws a support set, or takes the listed images, and stores it; returns the stored one if the same set was drawn before. If
   * `lastImage` is given, takes only images up to that position. Throws UNKNOWN_DATASET, CLASS_WITHOUT_IMAGES, NOT_ENOUGH_IMAGES,
   * or the errors of `listedSupport` at `images`.
   */
  supportSet(request: SupportSetRequest, lastImage?: number | null): Promise<SupportSetRow>
  /** Encodes a support set in `clip` and in the given spaces of the encoder. */
  support(
    supportSet: SupportSetRow,
    encoder: Encoder,
    spaces: readonly string[],
    options?: LoadOptions,
  ): Promise<Support>
  /** Encodes labelled images in `clip` and in the given spaces of the encoder. */
  labelled(
    images: readonly DatasetImageRow[],
    encoder: Encoder,
    spaces: readonly string[],
    options?: LoadOptions,
  ): Promise<LabelledImages>
  /** What spaces that are fitted on a dataset may know of other images of the encoder; null if there are none. */
  generic(encoder: Encoder, datasetId: string): Promise<Generic | null>
  /**
   * The test images of one dataset, with the class indices of another dataset that has the same class names. Throws
   * UNKNOWN_DATASET or CLASSES_DIFFER.
   */
  testImages(testDatasetId: string, datasetId: string, lastImage?: number | null): Promise<DatasetImageRow[]>
  /** The class indices in one dataset of the classes of another, [C]. Throws UNKNOWN_DATASET or CLASSES_DIFFER. */
  testClassIndices(testDatasetId: string, datasetId: string): Promise<Int32Array>
  /** The number of these images whose features are not stored yet. */
  missing(
    images: readonly SupportImageRow[],
    encoder: Encoder,
    spaces: readonly string[],
    augmentations: number,
    processor?: string | null,
  ): Promise<number>
}

export interface SupportSetRequest {
  readonly datasetId: string
  readonly encoder: string
  /** Null with ALL and LISTED: the largest class's number of images takes its place. */
  readonly shots: number | null
  readonly drawing: Drawing
  /** With LISTED, the support images themselves. */
  readonly images?: readonly string[] | null
  readonly seed: number
  readonly augmentations: number
}

/** The number of text classifiers cached in memory. */
const maxClassifiers = 16
/** The features of all prompts are cached too if they are not larger, and otherwise encoded again when they are needed. */
const maxPromptBytes = 16 * 2 ** 20

interface EncodedTexts {
  /** W, [C, d]. */
  readonly textClassifier: Matrix
  /** [P, d]; null if they are too large to be cached. */
  readonly prompts: Matrix | null
}

export function createEncodedData(options: {
  readonly store: Store
  readonly features: FeatureSource
  readonly imageFiles: ImageFiles
  /** What spaces that are fitted on a dataset may know of other images; nothing by default. */
  readonly genericFor?: (encoder: Encoder, datasetId: string) => Promise<Generic | null>
}): EncodedData {
  const { store, features, imageFiles, genericFor = async () => null } = options
  const classifiers = createPromiseCache<EncodedTexts>(maxClassifiers)

  const sourceOf = ({ imageId }: SupportImageRow): ImageSource => ({
    id: imageId,
    read: () => imageFiles.read(imageId),
  })

  async function classes(datasetId: string): Promise<readonly ClassRow[]> {
    const found = await store.datasets.classes(datasetId)
    if (!found || found.length === 0) throw errors.unknownDataset({ id: datasetId })
    return found
  }

  function texts(encoder: Encoder, rows: readonly ClassRow[]): Promise<EncodedTexts> {
    const key = JSON.stringify([encoder.id, encoder.fingerprint, rows.map(({ prompts }) => prompts)])
    return classifiers.get(key, async () => {
      const { prompts, textClassifier } = await encodeClasses(encoder, rows)
      return { textClassifier, prompts: prompts.data.byteLength <= maxPromptBytes ? prompts : null }
    })
  }
  const textClassifier = async (encoder: Encoder, rows: readonly ClassRow[]): Promise<Matrix> =>
    (await texts(encoder, rows)).textClassifier

  async function testClassIndices(testDatasetId: string, datasetId: string): Promise<Int32Array> {
    const named = async (id: string) => {
      const dataset = await store.datasets.get(id)
      return { name: dataset?.name ?? id, classes: (await classes(id)).map(({ name }) => name) }
    }
    return matchClasses(await named(datasetId), await named(testDatasetId))
  }

  async function promptsOf(encoder: Encoder, rows: readonly ClassRow[]): Promise<Prompts> {
    return {
      features: (await texts(encoder, rows)).prompts ?? (await encodeClasses(encoder, rows)).prompts,
      labels: Int32Array.from(rows.flatMap(({ prompts }, c) => prompts.map(() => c))),
      classNames: rows.map(({ name }) => name),
    }
  }

  async function load(
    images: readonly SupportImageRow[],
    encoder: Encoder,
    spaces: readonly string[],
    recipe: AugmentationRecipe,
    { signal, onEncoded, processor }: LoadOptions = {},
  ): Promise<SpaceFeatures> {
    if (spaces.includes(patchSpace)) await requireRoom(encoder, images.length)
    const loaded: SpaceFeatures[] = []
    for (const part of partsOf(spaces, recipe)) {
      loaded.push(
        await features.load({
          ...{ encoder, images: images.map(sourceOf), ...part },
          ...(signal && { signal }),
          ...(onEncoded && { onEncoded }),
          ...(processor !== undefined && { processor }),
        }),
      )
    }
    return Object.assign({}, ...loaded)
  }

  /** The first of the images that is no longer kept. */
  async function firstGone(images: readonly SupportImageRow[]): Promise<string | undefined> {
    const known = new Set(await store.images.known(images.map(({ imageId }) => imageId)))
    return images.find(({ imageId }) => !known.has(imageId))?.imageId
  }

  return {
    classes,
    textClassifier,
    async supportSet({ images: list, ...asked }, lastImage) {
      const names = (await classes(asked.datasetId)).map(({ name }) => name)
      const given = { datasetId: asked.datasetId, last: lastImage }
      const listed =
        list == null ? null : listedSupport(list, await store.imageLists.among(given, list), names, 'images')
      const sizes = listed ? sizesOf(listed, names.length) : await poolSizes(store, given, names.length)
      const request = { ...asked, shots: asked.shots ?? largestClass(sizes) }
      const images = listed ?? (await drawSupport(store, given, names, request))
      return store.supportSets.findOrCreate({
        ...request,
        images,
        fingerprint: await fingerprintInParts([withoutExact(request), images]),
      })
    },
    async support(supportSet, encoder, spaces, loading) {
      const images = await store.supportSets.images(supportSet.id)
      const rows = await classes(supportSet.datasetId)
      const drawn = new Set(images.map(({ classIndex }) => classIndex))
      const missing = rows.find(({ index }) => !drawn.has(index))
      if (missing) {
        throw errors.supportSetOutdated({ supportSet: supportSet.id, className: missing.name }, 'supportSet')
      }
      const recipe = augmentationRecipe(supportSet.augmentations)
      const features = await load(images, encoder, spaces, recipe, loading).catch(async (error) => {
        const gone = await firstGone(images)
        throw gone === undefined
          ? error
          : errors.supportImageGone({ supportSet: supportSet.id, image: gone }, 'supportSet')
      })
      return {
        features,
        labels: Int32Array.from(images, ({ classIndex }) => classIndex),
        classes: rows.length,
        textClassifier: await textClassifier(encoder, rows),
        logitScale: encoder.logitScale,
        generic: once(() => genericFor(encoder, supportSet.datasetId)),
        prompts: once(() => promptsOf(encoder, rows)),
      }
    },
    async labelled(images, encoder, spaces, loading) {
      return {
        features: await load(images, encoder, spaces, noAugmentation, loading),
        labels: Int32Array.from(images, ({ classIndex }) => classIndex),
      }
    },
    generic: genericFor,
    testClassIndices,
    async testImages(testDatasetId, datasetId, lastImage) {
      const indices = await testClassIndices(testDatasetId, datasetId)
      const images = await store.datasets.images(testDatasetId, 'TEST', lastImage)
      return images.map((image) => ({ ...image, classIndex: indices[image.classIndex] as number }))
    },
    async missing(images, encoder, spaces, augmentations, processor) {
      let missing = 0
      for (const part of partsOf(spaces, augmentationRecipe(augmentations))) {
        missing += await features.missing({
          ...{ encoder, images: images.map(sourceOf), ...part },
          ...(processor != null && { processor }),
        })
      }
      return missing
    },
  }
}

/** Features are asked for together, but for those of patches, which are of the images as they are. */
function partsOf(
  spaces: readonly string[],
  recipe: AugmentationRecipe,
): readonly { readonly spaces: readonly string[]; readonly recipe: AugmentationRecipe }[] {
  const all = [...new Set(['clip', ...spaces])]
  if (!all.includes(patchSpace) || recipe.id === noAugmentation.id) return [{ spaces: all, recipe }]
  return [
    { spaces: all.filter((space) => space !== patchSpace), recipe },
    { spaces: [patchSpace], recipe: noAugmentation },
  ]
}

/** The most memory that the features of the patches of a list of images may take. */
const maxPatchBytes = 2 ** 30

/** Throws TOO_MANY_PATCHES if the features of the patches of so many images would take too much memory. */
async function requireRoom(encoder: Encoder, images: number): Promise<void> {
  const patches = (await encoder.patches()) ?? 0
  const bytes = patches * encoder.dimensions * Float32Array.BYTES_PER_ELEMENT
  if (images * bytes <= maxPatchBytes) return
  throw errors.tooManyPatches({ encoder: encoder.id, images, most: Math.floor(maxPatchBytes / bytes) })
}
