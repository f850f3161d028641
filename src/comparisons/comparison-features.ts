import { type Caches, createCaches } from '../cache/caches.js'
import type { EncodedData, LoadOptions } from '../datasets/encoded-data.js'
import type { Encoder } from '../encoders/encoder.js'
import { patchSpace } from '../encoders/encoder-space.js'
import type { LabelledImages } from '../features/labelled-images.js'
import { type SpaceFeatures, stackFeatures } from '../features/space-features.js'
import type { Support } from '../features/support.js'
import type { Registry } from '../plugins/registry.js'
import type { ComparisonRow } from '../store/comparisons.js'
import type { DatasetImageRow } from '../store/datasets.js'
import type { ClassSizes, RunRow } from '../store/runs.js'
import type { Store } from '../store/store.js'
import type { SupportSetRow } from '../store/support-sets.js'
import { once } from '../system/once.js'
import { createPromiseCache } from '../system/promise-cache.js'
import type { Kernels } from '../tensor/kernels.js'
import { classSizes } from './class-sizes.js'
import { imagesOfClasses, keptClasses, supportOfClasses } from './held-out.js'

/** The encoded images that the runs of a comparison share. Each list is loaded once, at its first use, and timed. */
export interface ComparisonFeatures {
  support(run: RunRow, options: LoadOptions): Promise<LoadedSupport>
  validation(options: LoadOptions): Promise<LoadedImages>
  /** The test images; if they belong to another dataset, also those of the comparison's own dataset, if it has any. */
  test(options: LoadOptions): Promise<TestImages>
  /** The number of images that have no stored features yet. */
  imagesToEncode(): Promise<number>
}

interface TestImages {
  readonly test: LabelledImages
  readonly unshifted?: LabelledImages
  /** Features of images of no class. */
  readonly unknown?: SpaceFeatures
  readonly ms: number
}

interface LoadedSupport {
  readonly supportSet: SupportSetRow
  readonly support: Support
  readonly caches: Caches
  /** How many prompts the classes have. */
  readonly prompts: ClassSizes
  readonly ms: number
}

interface LoadedImages {
  /** The images of the classes that are kept. */
  readonly labelled: LabelledImages
  /** Features of the images of classes that are held out. */
  readonly heldOut: SpaceFeatures
  readonly ms: number
}

type ImageList = 'VALIDATION' | 'TEST' | 'SHIFTED' | 'UNKNOWN'

/** A comparison has four lists of images: validation, test, shifted test images, and images of no class. */
const maxLists = 4

export function createComparisonFeatures(
  context: {
    readonly store: Store
    readonly registry: Registry
    readonly encodedData: EncodedData
    readonly kernels: Kernels
  },
  { id, datasetId, testDatasetId, lastImage, processor }: ComparisonRow,
  encoder: Encoder,
  runs: readonly RunRow[],
): ComparisonFeatures {
  const { store, encodedData, kernels } = context
  const spaces = basesOf(runs, context.registry)
  const ofKind = processor === null ? {} : { processor }
  const rows = createPromiseCache<readonly DatasetImageRow[]>(maxLists)
  const lists = createPromiseCache<LoadedImages>(maxLists)
  // Runs on the same support set are consecutive, so only the last support set is cached.
  const supports = createPromiseCache<LoadedSupport>(1)

  const unknownDatasetId = runs[0]?.unknownDatasetId ?? null
  const holdOut = runs[0]?.holdOut ?? []
  const keptOf = async () => keptClasses((await encodedData.classes(datasetId)).length, holdOut)

  const rowsOf = (list: ImageList): Promise<readonly DatasetImageRow[]> =>
    rows.get(list, () => {
      if (list === 'SHIFTED') return encodedData.testImages(testDatasetId ?? datasetId, datasetId, lastImage)
      if (list !== 'UNKNOWN') return store.datasets.images(datasetId, list, lastImage)
      return unknownDatasetId === null
        ? Promise.resolve([])
        : store.datasets.images(unknownDatasetId, 'TEST', lastImage)
    })
  const load = (list: ImageList, options: LoadOptions): Promise<LoadedImages> =>
    lists.get(list, async () => {
      const images = await rowsOf(list)
      const started = performance.now()
      const all = await encodedData.labelled(images, encoder, spaces, { ...options, ...ofKind })
      const ms = performance.now() - started
      // Images of no class are labelled with the classes of another dataset.
      if (holdOut.length === 0 || list === 'UNKNOWN') return { labelled: all, heldOut: {}, ms }
      const { features: heldOut } = imagesOfClasses(all, holdOut)
      return { labelled: imagesOfClasses(all, await keptOf()), heldOut, ms }
    })
  const listed = once(async () => (await store.comparisons.supportImagesOf([id])).get(id) ?? [])
  const supportSetOf = async ({ shots, drawing, seed, augmentations }: RunRow) => {
    const draw = { datasetId, encoder: encoder.id, shots, drawing, seed, augmentations }
    const images = drawing === 'LISTED' ? await listed() : null
    return encodedData.supportSet({ ...draw, images }, lastImage)
  }

  /** Support images without stored features. Support sets overlap; each image is encoded once for each recipe. */
  async function supportImagesToEncode(): Promise<number> {
    const byRecipe = new Map<number, Map<string, { imageId: string; classIndex: number }>>()
    for (const run of new Map(runs.map((each) => [drawOf(each), each])).values()) {
      const supportSet = await supportSetOf(run)
      const images = byRecipe.get(run.augmentations) ?? new Map()
      for (const image of await store.supportSets.images(supportSet.id)) images.set(image.imageId, image)
      byRecipe.set(run.augmentations, images)
    }
    let missing = 0
    for (const [augmentations, images] of byRecipe) {
      missing += await encodedData.missing(
        ...([[...images.values()], encoder, spaces, augmentations, processor] as const),
      )
    }
    return missing
  }

  return {
    support: (run, options) =>
      supports.get(drawOf(run), async () => {
        const supportSet = await supportSetOf(run)
        const started = performance.now()
        const all = await encodedData.support(supportSet, encoder, spaces, { ...options, ...ofKind })
        const kept = await keptOf()
        const support = supportOfClasses(all, kept)
        const ms = performance.now() - started
        const classes = await encodedData.classes(datasetId)
        const prompts = classSizes(kept.map((c) => classes[c]?.prompts.length ?? 0))
        return { supportSet, support, caches: createCaches(support, kernels), prompts, ms }
      }),
    validation: (options) => load('VALIDATION', options),
    async test(options) {
      const own = await load('TEST', options)
      const tested = testDatasetId === null ? own : await load('SHIFTED', options)
      const others = unknownDatasetId === null ? {} : (await load('UNKNOWN', options)).labelled.features
      const unknown = stackFeatures([tested.heldOut, others].filter(({ clip }) => clip && clip.rows > 0))
      return {
        test: tested.labelled,
        ms: tested.ms,
        ...(testDatasetId !== null && own.labelled.labels.length > 0 && { unshifted: own.labelled }),
        ...(unknown.clip && { unknown }),
      }
    },
    async imagesToEncode() {
      if (runs.length === 0) return 0
      const selectsOnValidation = runs.some(({ selection }) => selection === 'VALIDATION')
      const images = [
        ...(await rowsOf('TEST')),
        ...(testDatasetId === null ? [] : await rowsOf('SHIFTED')),
        ...(await rowsOf('UNKNOWN')),
        ...(selectsOnValidation ? await rowsOf('VALIDATION') : []),
      ]
      const missing = await encodedData.missing(images, encoder, spaces, 1, processor)
      return missing + (await supportImagesToEncode())
    },
  }
}

const drawOf = ({ shots, seed, augmentations }: RunRow): string =>
  JSON.stringify([shots, seed, augmentations])

/** The base spaces of the encoder that the runs use, and `patches` where a method needs them. */
export function basesOf(runs: readonly RunRow[], registry: Registry): string[] {
  const bases = new Set<string>()
  const methods = new Set(runs.map(({ method }) => method))
  const needsPatches = registry.methods.some(({ id, needs }) => methods.has(id) && needs?.includes('patches'))
  if (needsPatches) bases.add(patchSpace)
  for (const id of new Set(runs.flatMap(({ space }) => space ?? []))) {
    try {
      bases.add(registry.space(id).base)
    } catch {
      // Runs in a space that is no longer registered fail later, without stopping the others.
    }
  }
  return [...bases]
}
