import { LRUCache } from 'lru-cache'
import type { EncodedData } from '../datasets/encoded-data.js'
import type { MeasuredImageRow } from '../store/former-places.js'
import type { RunRow } from '../store/runs.js'
import type { Store } from '../store/store.js'

/** The ids of the test images of a run, in the order of its predictions. Some of the images may be gone. */
export type MeasuredImages = (run: RunRow) => Promise<readonly string[]>

interface MeasuredImagesContext {
  readonly store: Store
  readonly encodedData: EncodedData
}

/** How many ids are kept, so that the pages of a run read its test images once. */
const maxKeptIds = 500_000

/** The list of a run never changes, whatever becomes of its images, and is kept. */
export function createMeasuredImages(context: MeasuredImagesContext): MeasuredImages {
  const kept = new LRUCache<string, readonly string[]>({
    maxSize: maxKeptIds,
    sizeCalculation: (ids) => Math.max(1, ids.length),
  })
  return async (run) => {
    const { id, holdOut, result } = run
    const known = kept.get(id)
    if (known) return known
    const images = holdOut.length === 0 ? await placesOf(context, run) : await testImagesOf(context, run)
    const isHeldOut = new Set(holdOut)
    const ids = images
      .filter(({ classIndex }) => !isHeldOut.has(classIndex))
      .slice(0, result?.testImages ?? 0)
      .map(({ imageId }) => imageId)
    kept.set(id, ids)
    return ids
  }
}

/** The test images that there were when a run was measured, and later ones at the end, with the classes that they had. */
const placesOf = (
  { store }: MeasuredImagesContext,
  { datasetId, testDatasetId, testRevision }: RunRow,
  last: number | null = null,
) => store.formerPlaces.testImages(testDatasetId ?? datasetId, testRevision ?? maxRevision, last)

/** The greatest number that the databases can store. */
const maxRevision = 2 ** 31 - 1

/** The same, up to a position, with the class indices of the run's dataset. Throws CLASSES_DIFFER if a class of one of the two was renamed since. */
export async function testImagesOf(
  context: MeasuredImagesContext,
  run: RunRow,
  last: number | null = null,
): Promise<readonly MeasuredImageRow[]> {
  const images = await placesOf(context, run, last)
  const { datasetId, testDatasetId } = run
  if (testDatasetId === null) return images
  const indices = await context.encodedData.testClassIndices(testDatasetId, datasetId)
  return images.map((image) => ({ ...image, classIndex: indices[image.classIndex] as number }))
}
