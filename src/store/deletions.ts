import { errors } from '../errors.js'
import { allByPosition } from './all-by-position.js'
import type { DatabaseClient, Transaction } from './database.js'
import { requireUnused } from './require-unused.js'
import { chunks, longTransaction, rowsPerStatement, rowsPerWrite, unfinishedStatus } from './rows.js'
import { deleteUnownedImages } from './unowned-images.js'

/** Deleted things whose files are still on disk. */
export interface Deleted {
  /** Images that no dataset has now. */
  readonly images: readonly string[]
  readonly runs: readonly string[]
}

/** Augmented views of images that no support set has now. */
export interface DeletedViews {
  readonly encoder: string
  readonly augmentations: number
  readonly images: readonly string[]
}

/** Deletes rows with everything that only they used, each in one transaction. The caller deletes the files. */
export interface DeletionRepository {
  /** Deletes a dataset with its support sets, and the comparisons that use it. Throws UNKNOWN_DATASET or IN_USE. */
  dataset(id: string): Promise<Deleted>
  /**
   * Deletes a support set. Runs measured on it stay, without their support set. Throws UNKNOWN_SUPPORT_SET or IN_USE.
   */
  supportSet(id: string): Promise<DeletedViews>
  /** Deletes a comparison with the runs that no other comparison has. Throws UNKNOWN_COMPARISON or IN_USE. */
  comparison(id: string): Promise<Deleted>
}

export const createDeletionRepository = (client: DatabaseClient): DeletionRepository => ({
  dataset: (id) => client.$transaction((tx) => deleteDataset(tx, id), longTransaction),
  supportSet: (id) => client.$transaction((tx) => deleteSupportSet(tx, id), longTransaction),
  comparison: (id) => client.$transaction((tx) => deleteComparison(tx, id), longTransaction),
})

async function deleteDataset(tx: Transaction, id: string): Promise<Deleted> {
  const dataset = await tx.dataset.findUnique({ where: { id } })
  if (!dataset) throw errors.unknownDataset({ id }, 'id')
  // The update takes a row lock that every reference to the dataset waits for, so no job can start on it now.
  await tx.dataset.update({ where: { id }, data: { name: id } })
  await requireUnused(tx, dataset, 'id')
  const used = { OR: [{ datasetId: id }, { testDatasetId: id }] }
  const runs = await tx.run.findMany({ where: used, select: { id: true } })
  const select = { imageId: true, position: true } as const
  const datasetImages = await allByPosition(({ position, ...page }) =>
    tx.datasetImage.findMany({ where: { datasetId: id, position }, select, ...page }),
  )
  const unlabelled = await allByPosition(({ position, ...page }) =>
    tx.unlabelledImage.findMany({ where: { datasetId: id, position }, select, ...page }),
  )
  const removed = await tx.removedImage.findMany({
    where: { change: { datasetId: id } },
    select: { imageId: true },
  })
  await deleteRowsOf(tx, id, datasetImages)
  for await (const some of chunks(unlabelled, rowsPerStatement)) {
    await tx.unlabelledImage.deleteMany({ where: { position: { in: some.map(({ position }) => position) } } })
  }
  await tx.dataset.delete({ where: { id } })
  const images = await deleteUnownedImages(
    tx,
    [...datasetImages, ...unlabelled, ...removed].map(({ imageId }) => imageId),
  )
  return { images, runs: runs.map((run) => run.id) }
}

/** Deletes a dataset's images and classes in parts. Deleting the dataset alone would hold the database for as long as it takes. */
async function deleteRowsOf(
  tx: Transaction,
  datasetId: string,
  images: readonly { readonly position: number }[],
): Promise<void> {
  for await (const some of chunks(images, rowsPerWrite)) {
    const position = { gte: some[0]?.position ?? 0, lte: some.at(-1)?.position ?? 0 }
    await tx.datasetImage.deleteMany({ where: { datasetId, position } })
  }
  const classes = await tx.classLabel.count({ where: { datasetId } })
  const indices = Array.from({ length: classes }, (_, index) => index)
  for await (const some of chunks(indices, rowsPerWrite)) {
    const index = { gte: some[0] ?? 0, lte: some.at(-1) ?? 0 }
    await tx.classLabel.deleteMany({ where: { datasetId, index } })
  }
}

async function deleteSupportSet(tx: Transaction, id: string): Promise<DeletedViews> {
  const supportSet = await tx.supportSet.findUnique({ where: { id }, include: { images: true } })
  if (!supportSet) throw errors.unknownSupportSet({ id }, 'id')
  const { datasetId, encoder, shots, drawing, seed, augmentations } = supportSet
  const drawn = { datasetId, encoder, shots, drawing, seed, augmentations }
  const user = await tx.comparison.findFirst({
    where: { status: unfinishedStatus, runs: { some: { run: drawn } } },
  })
  if (user) throw errors.inUse({ what: `support set ${id}`, by: `comparison ${user.id}` }, 'id')
  await tx.supportSet.delete({ where: { id } })

  const images: string[] = []
  for await (const some of chunks(supportSet.images, rowsPerStatement)) {
    const ids = some.map(({ imageId }) => imageId)
    const others = await tx.supportSetImage.findMany({
      where: { imageId: { in: ids }, supportSet: { encoder, augmentations } },
      select: { imageId: true },
    })
    const stay = new Set(others.map(({ imageId }) => imageId))
    images.push(...ids.filter((image) => !stay.has(image)))
  }
  return { encoder, augmentations, images }
}

async function deleteComparison(tx: Transaction, id: string): Promise<Deleted> {
  const comparison = await tx.comparison.findUnique({ where: { id } })
  if (!comparison) throw errors.unknownComparison({ id }, 'id')
  if (comparison.status === 'QUEUED' || comparison.status === 'RUNNING') {
    throw errors.comparisonNotFinished({ id }, 'id')
  }
  const own = await tx.run.findMany({
    where: { comparisons: { some: { comparisonId: id }, every: { comparisonId: id } } },
    select: { id: true },
  })
  await tx.comparison.delete({ where: { id } })
  for await (const some of chunks(own, rowsPerStatement)) {
    await tx.run.deleteMany({ where: { id: { in: some.map((run) => run.id) } } })
  }
  return { images: [], runs: own.map((run) => run.id) }
}
