import { LRUCache } from 'lru-cache'
import type { EncodedData } from '../datasets/encoded-data.js'
import type { RunRow } from '../store/runs.js'
import type { Store } from '../store/store.js'

/** The ids of the test images of a run, in the order of its predictions. */
export type MeasuredImages = (run: RunRow) => Promise<readonly string[]>

/** How many ids are kept, so that the pages of a run read its test images once. */
const maxKeptIds = 500_000

/**
 * Results know test images by their place among the test images. Images are only appended, and what would change the places is
 * refused while a run has them, so the list of a run never changes and is kept.
 */
export function createMeasuredImages({
  store,
  encodedData,
}: {
  readonly store: Store
  readonly encodedData: EncodedData
}): MeasuredImages {
  const kept = new LRUCache<string, readonly string[]>({
    maxSize: maxKeptIds,
    sizeCalculation: (ids) => Math.max(1, ids.length),
  })
  return async ({ id, datasetId, testDatasetId, holdOut, result }) => {
    const known = kept.get(id)
    if (known) return known
    // Without held-out classes only the order counts, and a class may have been renamed since.
    const images =
      testDatasetId !== null && holdOut.length > 0
        ? await encodedData.testImages(testDatasetId, datasetId)
        : await store.datasets.images(testDatasetId ?? datasetId, 'TEST')
    const ids = images
      .filter(({ classIndex }) => !holdOut.includes(classIndex))
      .slice(0, result?.testImages ?? 0)
      .map(({ imageId }) => imageId)
    kept.set(id, ids)
    return ids
  }
}
