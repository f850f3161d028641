import { errors } from '../errors.js'
import type { DatabaseClient, Transaction } from './database.js'
import { type DatasetRow, lockDataset } from './datasets.js'
import type { Split } from './enums.js'
import { renameConflicts, settleConflicts } from './label-conflicts.js'
import { requireUnused, usesDataset } from './require-unused.js'
import { canBeId, chunks, longTransaction, rowsPerStatement } from './rows.js'
import { deleteUnownedImages } from './unowned-images.js'

export interface NewClass {
  readonly name: string
  readonly prompts: readonly string[]
}

/**
 * Changes of a dataset that has images. Each is one transaction, and throws UNKNOWN_DATASET, or IN_USE while a job works
 * with the dataset. Classes are given by their names, and all are at the argument `class` unless said otherwise.
 */
export interface DatasetChangeRepository {
  /** Throws DATASET_EXISTS. */
  rename(id: string, name: string): Promise<DatasetRow>
  /** Prompts that are the default of the old name become those of the new one. Throws UNKNOWN_CLASS or CLASS_EXISTS. */
  renameClass(
    id: string,
    name: string,
    to: NewClass & { readonly from: readonly string[] },
  ): Promise<DatasetRow>
  /** Adds a class after the others. Throws CLASS_EXISTS. */
  addClass(id: string, added: NewClass): Promise<DatasetRow>
  /** Moves the images of a class to another one and deletes it. Throws UNKNOWN_CLASS or HAS_RESULTS. */
  mergeClasses(id: string, name: string, into: string): Promise<DatasetRow>
  /** Deletes a class with its images. The caller deletes the files. Throws UNKNOWN_CLASS, INVALID_VALUE or HAS_RESULTS. */
  deleteClass(
    id: string,
    name: string,
  ): Promise<{ readonly dataset: DatasetRow; readonly images: readonly string[] }>
  /** Gives images another class, another split, or both. Throws UNKNOWN_CLASS, UNKNOWN_IMAGE or HAS_RESULTS. */
  moveImages(id: string, images: readonly string[], to: ImagePlace): Promise<DatasetRow>
  /** Takes the labels off images, which stay in the dataset. Throws UNKNOWN_IMAGE or HAS_RESULTS. */
  unlabelImages(id: string, images: readonly string[]): Promise<DatasetRow>
  /**
   * Removes images, with a label or without. Returns those that no dataset has now; the caller deletes their files. Throws
   * UNKNOWN_IMAGE or HAS_RESULTS.
   */
  removeImages(
    id: string,
    images: readonly string[],
  ): Promise<{ readonly dataset: DatasetRow; readonly images: readonly string[] }>
}

export interface ImagePlace {
  readonly className?: string | undefined
  readonly split?: Split | undefined
}

export function createDatasetChangeRepository(client: DatabaseClient): DatasetChangeRepository {
  const change = <T>(id: string, work: (tx: Transaction, dataset: DatasetRow) => Promise<T>): Promise<T> =>
    client.$transaction(async (tx) => {
      // Everything that refers to the dataset waits for the lock, so no job can start on it now.
      const locked = canBeId(id) ? await lockDataset(tx, id) : 0
      const dataset = locked > 0 ? await tx.dataset.findUnique({ where: { id } }) : null
      if (!dataset) throw errors.unknownDataset({ id }, 'dataset')
      await requireUnused(tx, dataset, 'dataset')
      return work(tx, dataset)
    }, longTransaction)

  return {
    rename: (id, name) =>
      change(id, async (tx) => {
        const other = await tx.dataset.findUnique({ where: { name } })
        if (other && other.id !== id) throw errors.datasetExists({ name }, 'name')
        return tx.dataset.update({ where: { id }, data: { name } })
      }),
    renameClass: (id, name, { from, ...to }) =>
      change(id, async (tx, dataset) => {
        const found = await classNamed(tx, id, name, 'class')
        if (to.name !== name) await requireNewName(tx, id, to.name, 'name')
        const isDefault = JSON.stringify(found.prompts) === JSON.stringify(from)
        await tx.classLabel.update({
          where: { datasetId_index: { datasetId: id, index: found.index } },
          data: { name: to.name, ...(isDefault && { prompts: [...to.prompts] }) },
        })
        await renameConflicts(tx, id, name, to.name)
        return dataset
      }),
    addClass: (id, { name, prompts }) =>
      change(id, async (tx, dataset) => {
        await requireNewName(tx, id, name, 'class.name')
        const index = await tx.classLabel.count({ where: { datasetId: id } })
        await tx.classLabel.create({ data: { datasetId: id, index, name, prompts: [...prompts] } })
        return dataset
      }),
    mergeClasses: (id, name, into) =>
      change(id, async (tx, dataset) => {
        const source = await classNamed(tx, id, name, 'class')
        const target = await classNamed(tx, id, into, 'into')
        await requireNoResults(tx, dataset)
        await tx.datasetImage.updateMany({
          where: { datasetId: id, classIndex: source.index },
          data: { classIndex: target.index },
        })
        await deleteIndex(tx, id, source.index)
        await renameConflicts(tx, id, name, into)
        return dataset
      }),
    deleteClass: (id, name) =>
      change(id, async (tx, dataset) => {
        const { index } = await classNamed(tx, id, name, 'class')
        if ((await tx.classLabel.count({ where: { datasetId: id } })) === 1) {
          const reason = 'A dataset needs at least one class. Delete the dataset instead.'
          throw errors.invalidValue({ reason }, 'class')
        }
        await requireNoResults(tx, dataset)
        const where = { datasetId: id, classIndex: index }
        const members = await tx.datasetImage.findMany({ where, select: { imageId: true } })
        await tx.datasetImage.deleteMany({ where })
        await deleteIndex(tx, id, index)
        await tx.labelConflict.deleteMany({ where: { datasetId: id, className: name } })
        await settleConflicts(
          tx,
          id,
          members.map(({ imageId }) => imageId),
        )
        const images = await deleteUnownedImages(
          tx,
          members.map(({ imageId }) => imageId),
        )
        return { dataset, images }
      }),
    moveImages: (id, images, { className, split }) =>
      change(id, async (tx, dataset) => {
        const classIndex =
          className === undefined ? undefined : (await classNamed(tx, id, className, 'class')).index
        const places = await placesOf(tx, id, images)
        if (classIndex !== undefined) await settleConflicts(tx, id, images)
        const moved = places.filter(
          (image) =>
            (split !== undefined && image.split !== split) ||
            (classIndex !== undefined && image.classIndex !== classIndex),
        )
        const tests = moved.filter(
          (image) => (image.split === 'TEST') !== ((split ?? image.split) === 'TEST'),
        )
        await requireUnmeasured(tx, dataset, tests)
        const relabelled = moved.filter((image) => image.split === 'TEST' && !tests.includes(image))
        if (classIndex !== undefined) await requireUnmeasured(tx, dataset, relabelled, true)
        for await (const some of chunks(moved, rowsPerStatement)) {
          await tx.datasetImage.updateMany({
            where: { position: { in: some.map(({ position }) => position) } },
            data: { ...(split !== undefined && { split }), ...(classIndex !== undefined && { classIndex }) },
          })
        }
        return dataset
      }),
    unlabelImages: (id, images) =>
      change(id, async (tx, dataset) => {
        const ids = [...new Set(images)]
        await takeOut(tx, dataset, ids, await placesOf(tx, id, ids))
        for await (const some of chunks(ids, rowsPerStatement)) {
          await tx.unlabelledImage.createMany({ data: some.map((imageId) => ({ datasetId: id, imageId })) })
        }
        return dataset
      }),
    removeImages: (id, images) =>
      change(id, async (tx, dataset) => {
        const ids = [...new Set(images)]
        const unlabelled = new Set<string>()
        for await (const some of chunks(ids.filter(canBeId), rowsPerStatement)) {
          const where = { datasetId: id, imageId: { in: some } }
          const rows = await tx.unlabelledImage.findMany({ where, select: { imageId: true } })
          for (const { imageId } of rows) unlabelled.add(imageId)
          await tx.unlabelledImage.deleteMany({ where })
        }
        const labelled = ids.filter((each) => !unlabelled.has(each))
        await takeOut(tx, dataset, labelled, await placesOf(tx, id, labelled))
        return { dataset, images: await deleteUnownedImages(tx, ids) }
      }),
  }
}

/**
 * Deletes the places of labelled images. Throws HAS_RESULTS for a test image that a comparison was measured on, or an image of a
 * support set: what was measured names them.
 */
async function takeOut(
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

async function classNamed(tx: Transaction, datasetId: string, name: string, argument: string) {
  const found = canBeId(name)
    ? await tx.classLabel.findUnique({ where: { datasetId_name: { datasetId, name } } })
    : null
  if (found) return found
  const all = await tx.classLabel.findMany({
    where: { datasetId },
    orderBy: { index: 'asc' },
    take: maxNamed,
  })
  throw errors.unknownClass({ name, known: all.map((each) => each.name) }, argument)
}

/** Classes that an error names. */
const maxNamed = 1000

async function requireNewName(tx: Transaction, datasetId: string, name: string, argument: string) {
  const other = await tx.classLabel.findUnique({ where: { datasetId_name: { datasetId, name } } })
  if (other) throw errors.classExists({ name }, argument)
}

/** Deletes a class that has no images, and closes the gap that its index leaves. */
async function deleteIndex(tx: Transaction, datasetId: string, index: number): Promise<void> {
  const after = await tx.classLabel.findMany({
    where: { datasetId, index: { gt: index } },
    orderBy: { index: 'asc' },
  })
  // Made anew, because an update of a key in many rows may meet a row that has not moved yet.
  await tx.classLabel.deleteMany({ where: { datasetId, index: { gte: index } } })
  for await (const some of chunks(after, rowsPerStatement)) {
    await tx.classLabel.createMany({
      data: some.map(({ name, prompts, ...row }) => ({
        datasetId,
        index: row.index - 1,
        name,
        prompts: prompts ?? [],
      })),
    })
  }
  await tx.datasetImage.updateMany({
    where: { datasetId, classIndex: { gt: index } },
    data: { classIndex: { decrement: 1 } },
  })
}

/** Results and support sets number the classes by their indices. Throws HAS_RESULTS if there are any. */
async function requireNoResults(tx: Transaction, { id, name }: DatasetRow): Promise<void> {
  const what = `dataset "${name}"`
  const comparison = await tx.comparison.findFirst({ where: usesDataset(id), orderBy: { id: 'asc' } })
  if (comparison) throw errors.hasResults({ what, by: `comparison ${comparison.id}` }, 'dataset')
  const run = await tx.run.findFirst({ where: { OR: [{ datasetId: id }, { testDatasetId: id }] } })
  if (run) throw errors.hasResults({ what, by: `run ${run.id}` }, 'dataset')
  const supportSet = await tx.supportSet.findFirst({ where: { datasetId: id }, orderBy: { id: 'asc' } })
  if (supportSet) throw errors.hasResults({ what, by: `support set ${supportSet.id}` }, 'dataset')
}

interface StoredPlace {
  readonly position: number
  readonly classIndex: number
  readonly split: Split
}

async function placesOf(tx: Transaction, datasetId: string, ids: readonly string[]): Promise<StoredPlace[]> {
  const places = new Map<string, StoredPlace>()
  for await (const some of chunks(ids.filter(canBeId), rowsPerStatement)) {
    const rows = await tx.datasetImage.findMany({ where: { datasetId, imageId: { in: some } } })
    for (const { imageId, position, classIndex, split } of rows) {
      places.set(imageId, { position, classIndex, split })
    }
  }
  return ids.map((id, i) => {
    const place = places.get(id)
    if (!place) throw errors.unknownImage({ id }, `images[${i}]`)
    return place
  })
}

/**
 * Results know test images by their place among the test images. Throws HAS_RESULTS if a comparison has measured on a list
 * that these images leave or enter; with `heldOut`, only if the comparison holds out classes, whose images it leaves out of
 * the list.
 */
async function requireUnmeasured(
  tx: Transaction,
  { id, name }: DatasetRow,
  images: readonly StoredPlace[],
  heldOut = false,
): Promise<void> {
  if (images.length === 0) return
  const first = images.reduce((least, { position }) => Math.min(least, position), Number.MAX_SAFE_INTEGER)
  const measured = await tx.comparison.findMany({
    where: {
      AND: [
        { OR: [{ datasetId: id, testDatasetId: null }, { testDatasetId: id }] },
        { OR: [{ lastImage: null }, { lastImage: { gte: first } }] },
      ],
    },
    orderBy: { id: 'asc' },
    include: { runs: { take: 1, include: { run: { select: { holdOut: true } } } } },
  })
  const found = measured.find(
    ({ runs }) => !heldOut || runs.some(({ run }) => JSON.stringify(run.holdOut) !== '[]'),
  )
  if (found) throw errors.testImagesMeasured({ dataset: name, comparison: found.id }, 'images')
}
