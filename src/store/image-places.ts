import { errors } from '../errors.js'
import type { Transaction } from './database.js'
import type { DatasetRow } from './datasets.js'
import type { Split } from './enums.js'
import { settleConflicts } from './label-conflicts.js'
import { requireUnmeasured } from './measured-datasets.js'
import { canBeId, chunks, rowsPerStatement } from './rows.js'

/** The place of a labelled image in its dataset. */
export interface StoredPlace {
  readonly imageId: string
  readonly position: number
  readonly classIndex: number
  readonly split: Split
}

/** The places of images, in their order. Throws UNKNOWN_IMAGE. */
export async function placesOf(
  tx: Transaction,
  datasetId: string,
  ids: readonly string[],
): Promise<StoredPlace[]> {
  const places = await knownPlaces(tx, datasetId, ids)
  return ids.map((id, i) => {
    const place = places.get(id)
    if (!place) throw errors.unknownImage({ id }, `images[${i}]`)
    return place
  })
}

/** The places of those of the images that the dataset has with a label, by image. */
export async function knownPlaces(
  tx: Transaction,
  datasetId: string,
  ids: readonly string[],
): Promise<Map<string, StoredPlace>> {
  const places = new Map<string, StoredPlace>()
  for await (const some of chunks(ids.filter(canBeId), rowsPerStatement)) {
    const rows = await tx.datasetImage.findMany({ where: { datasetId, imageId: { in: some } } })
    for (const { imageId, position, classIndex, split } of rows) {
      places.set(imageId, { imageId, position, classIndex, split })
    }
  }
  return places
}

/**
 * Deletes the places of labelled images. Throws HAS_RESULTS for a test image that a comparison was measured on, or an image of a
 * support set: what was measured names them.
 */
export async function takeOut(
  tx: Transaction,
  dataset: DatasetRow,
  ids: readonly string[],
  places: readonly StoredPlace[],
): Promise<void> {
  await requireUnmeasured(
    tx,
    dataset,
    places.filter(({ split }) => split === 'TEST'),
  )
  for await (const some of chunks(ids, rowsPerStatement)) {
    const where = { imageId: { in: some }, supportSet: { datasetId: dataset.id } }
    const used = await tx.supportSetImage.findFirst({ where, orderBy: { supportSetId: 'asc' } })
    if (used) {
      const what = `image ${used.imageId}`
      throw errors.hasResults({ what, by: `support set ${used.supportSetId}` }, 'images')
    }
    await tx.datasetImage.deleteMany({ where: { datasetId: dataset.id, imageId: { in: some } } })
  }
  await settleConflicts(tx, dataset.id, ids)
}
