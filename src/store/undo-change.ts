import { errors } from '../errors.js'
import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'
import type { ChangeDetail, ChangeOf, ImagePlaceDetail } from './change-detail.js'
import { classIndices, deleteIndex, insertIndex, promptsOf } from './class-rows.js'
import type { Database, Transaction } from './database.js'
import type { DatasetRow } from './datasets.js'
import { beginRevision } from './former-places.js'
import { knownPlaces, placeImages, type StoredPlace, takeOut } from './image-places.js'
import { recordConflicts } from './label-conflicts.js'
import { readClasses, type StoredClass, writeClasses } from './many-classes.js'
import { requireNoResults } from './measured-datasets.js'
import { chunks, inChunks, rowsPerStatement } from './rows.js'

/**
 * Puts everything that a change changed back as it was, positions included. What it left must not have changed since. Throws
 * CANNOT_UNDO, DATASET_EXISTS, or HAS_RESULTS if results made since would no longer be true.
 */
export function undoChange(
  tx: Transaction,
  kind: Database['kind'],
  dataset: DatasetRow,
  detail: ChangeDetail,
): Promise<void> {
  switch (detail.kind) {
    case 'RENAME':
      return undoRename(tx, dataset, detail)
    case 'RENAME_CLASS':
      return undoRenameClass(tx, dataset, detail)
    case 'ADD_CLASS':
      return undoAddClass(tx, dataset, detail)
    case 'SET_PROMPTS':
      return undoSetPrompts(tx, kind, dataset, detail)
    case 'ADD_IMAGES':
      return undoAdd(tx, dataset, detail)
    case 'ADD_UNLABELLED_IMAGES':
      return takeUnlabelled(tx, dataset.id, detail.images)
    case 'MERGE_CLASSES':
      return undoMerge(tx, dataset, detail)
    case 'DELETE_CLASS':
      return undoDeleteClass(tx, dataset, detail)
    case 'MOVE_IMAGES':
      return undoMove(tx, kind, dataset, detail)
    case 'LABEL_IMAGES':
      return undoLabel(tx, dataset, detail)
    case 'UNLABEL_IMAGES':
      return undoUnlabel(tx, dataset, detail)
    case 'REMOVE_IMAGES':
      return undoRemove(tx, dataset, detail)
  }
}

const cannot = (reason: string) => errors.cannotUndo({ reason }, 'id')

async function undoRename(
  tx: Transaction,
  { id, name }: DatasetRow,
  { from, to }: ChangeOf<'RENAME'>,
): Promise<void> {
  if (name !== to) throw cannot(`the dataset is called "${name}" now`)
  if (await tx.dataset.findUnique({ where: { name: from } })) throw errors.datasetExists({ name: from }, 'id')
  await tx.dataset.update({ where: { id }, data: { name: from } })
}

async function undoRenameClass(
  tx: Transaction,
  { id }: DatasetRow,
  { from, to }: ChangeOf<'RENAME_CLASS'>,
): Promise<void> {
  const found = await requireClass(tx, id, to.name)
  await requireFreeName(tx, id, from.name)
  const samePrompts = JSON.stringify(promptsOf(found)) === JSON.stringify(to.prompts)
  await tx.classLabel.update({
    where: { datasetId_index: { datasetId: id, index: found.index } },
    data: { name: from.name, ...(samePrompts && { prompts: from.prompts }) },
  })
  await tx.labelConflict.updateMany({
    where: { datasetId: id, className: to.name },
    data: { className: from.name },
  })
}

async function undoAddClass(
  tx: Transaction,
  { id }: DatasetRow,
  { class: added }: ChangeOf<'ADD_CLASS'>,
): Promise<void> {
  const found = await requireClass(tx, id, added.name)
  if (JSON.stringify(promptsOf(found)) !== JSON.stringify(added.prompts)) {
    throw cannot(`class "${added.name}" has other prompts now`)
  }
  if (await tx.datasetImage.findFirst({ where: { datasetId: id, classIndex: found.index } })) {
    throw cannot(`class "${added.name}" has images now`)
  }
  await deleteIndex(tx, id, found.index)
}

async function undoSetPrompts(
  tx: Transaction,
  kind: Database['kind'],
  { id }: DatasetRow,
  { classes }: ChangeOf<'SET_PROMPTS'>,
): Promise<void> {
  const known = new Map<string, StoredClass>()
  for await (const part of readClasses(tx, kind, [id])) for (const row of part) known.set(row.name, row)
  const yieldToEventLoop = createYieldToEventLoop()
  const before: StoredClass[] = []
  for (const { name, from, to } of classes) {
    await yieldToEventLoop()
    const found = known.get(name)
    if (!found) throw cannot(`the dataset has no class "${name}" now`)
    if (JSON.stringify(found.prompts) !== JSON.stringify(to)) {
      throw cannot(`class "${name}" has other prompts now`)
    }
    before.push({ ...found, prompts: from })
  }
  await writeClasses(tx, kind, id, before)
}

async function undoAdd(
  tx: Transaction,
  dataset: DatasetRow,
  { images, unlabelled, conflicts }: ChangeOf<'ADD_IMAGES'>,
): Promise<void> {
  const { id } = dataset
  const indexOf = await requireIndices(
    tx,
    id,
    images.map(({ className }) => className),
  )
  const given = images.map(({ className, split }) => ({ classIndex: indexOf(className), split }))
  const ids = images.map(({ imageId }) => imageId)
  await takeOut(tx, dataset, await requirePlaces(tx, id, ids, (i) => given[i] ?? {}))
  await putBackUnlabelled(tx, id, unlabelled)
  for (const { imageId, className } of conflicts) {
    await tx.labelConflict.deleteMany({ where: { datasetId: id, imageId, className } })
  }
}

/** Takes images without a label out of the dataset. Throws CANNOT_UNDO if one has a label now, or is gone. */
async function takeUnlabelled(tx: Transaction, datasetId: string, ids: readonly string[]): Promise<void> {
  const found = new Set(await unlabelledOf(tx, datasetId, ids))
  const gone = ids.find((image) => !found.has(image))
  if (gone !== undefined) throw cannot(`image ${gone} is no longer among those without a label`)
  for await (const some of chunks(ids, rowsPerStatement)) {
    await tx.unlabelledImage.deleteMany({ where: { datasetId, imageId: { in: some } } })
  }
}

async function undoMerge(
  tx: Transaction,
  dataset: DatasetRow,
  { index, class: merged, into, images, conflicts }: ChangeOf<'MERGE_CLASSES'>,
): Promise<void> {
  const { id } = dataset
  const target = await requireClass(tx, id, into)
  await requireFreeName(tx, id, merged.name)
  await requirePlaces(tx, id, images, () => ({ classIndex: target.index }))
  await requireNoResults(tx, dataset)
  const at = await insertClass(tx, id, index, merged)
  for await (const some of chunks(images, rowsPerStatement)) {
    const where = { datasetId: id, imageId: { in: some } }
    await tx.datasetImage.updateMany({ where, data: { classIndex: at } })
  }
  await tx.labelConflict.deleteMany({ where: { datasetId: id, className: { in: [merged.name, into] } } })
  await recordConflicts(tx, id, conflicts)
}

async function undoDeleteClass(
  tx: Transaction,
  dataset: DatasetRow,
  { index, class: deleted, images, conflicts }: ChangeOf<'DELETE_CLASS'>,
): Promise<void> {
  const { id } = dataset
  await requireFreeName(tx, id, deleted.name)
  await requireNoResults(tx, dataset)
  await insertClass(tx, id, index, deleted)
  await putBack(tx, dataset, images)
  await recordConflicts(tx, id, conflicts)
}

async function undoMove(
  tx: Transaction,
  kind: Database['kind'],
  dataset: DatasetRow,
  { moves, conflicts }: ChangeOf<'MOVE_IMAGES'>,
): Promise<void> {
  const { id } = dataset
  const indexOf = await requireIndices(
    tx,
    id,
    moves.flatMap(({ from, to }) => [from.className, to.className]),
  )
  const ids = moves.map(({ imageId }) => imageId)
  const targets = moves.map(({ to }) => ({ classIndex: indexOf(to.className), split: to.split }))
  const places = await requirePlaces(tx, id, ids, (i) => targets[i] ?? {})
  const since = await beginRevision(tx, dataset, places)
  const origins = places.flatMap(({ position }, i) => {
    const from = moves[i]?.from
    return from ? [{ position, classIndex: indexOf(from.className), split: from.split }] : []
  })
  await placeImages(tx, kind, origins, since)
  await recordConflicts(tx, id, conflicts)
}

async function undoLabel(
  tx: Transaction,
  dataset: DatasetRow,
  { images, to }: ChangeOf<'LABEL_IMAGES'>,
): Promise<void> {
  const { id } = dataset
  const ids = images.map(({ imageId }) => imageId)
  const { index } = await requireClass(tx, id, to.className)
  const places = await requirePlaces(tx, id, ids, () => ({ classIndex: index, split: to.split }))
  await takeOut(tx, dataset, places)
  await putBackUnlabelled(tx, id, images)
}

async function undoUnlabel(
  tx: Transaction,
  dataset: DatasetRow,
  { images, conflicts }: ChangeOf<'UNLABEL_IMAGES'>,
): Promise<void> {
  const { id } = dataset
  const ids = images.map(({ imageId }) => imageId)
  await takeUnlabelled(tx, id, ids)
  await putBack(tx, dataset, images)
  await recordConflicts(tx, id, conflicts)
}

async function undoRemove(
  tx: Transaction,
  dataset: DatasetRow,
  { images, unlabelled, conflicts }: ChangeOf<'REMOVE_IMAGES'>,
): Promise<void> {
  const { id } = dataset
  await requireAbsent(
    tx,
    id,
    unlabelled.map(({ imageId }) => imageId),
  )
  await putBack(tx, dataset, images)
  await putBackUnlabelled(tx, id, unlabelled)
  await recordConflicts(tx, id, conflicts)
}

/** Gives images their places again. Throws CANNOT_UNDO if the dataset has one of them. */
async function putBack(
  tx: Transaction,
  dataset: DatasetRow,
  images: readonly ImagePlaceDetail[],
): Promise<void> {
  const { id } = dataset
  await requireAbsent(
    tx,
    id,
    images.map(({ imageId }) => imageId),
  )
  const since = images.length === 0 ? 0 : await beginRevision(tx, dataset, [])
  const indexOf = await requireIndices(
    tx,
    id,
    images.map(({ className }) => className),
  )
  const rows = images.map(({ imageId, position, className, split }) => ({
    ...{ datasetId: id, imageId, position, split, since },
    classIndex: indexOf(className),
  }))
  for await (const data of chunks(rows, rowsPerStatement)) await tx.datasetImage.createMany({ data })
}

async function putBackUnlabelled(
  tx: Transaction,
  datasetId: string,
  images: ChangeOf<'LABEL_IMAGES'>['images'],
): Promise<void> {
  const rows = images.map(({ imageId, position }) => ({ datasetId, imageId, position }))
  for await (const data of chunks(rows, rowsPerStatement)) await tx.unlabelledImage.createMany({ data })
}

/** Adds a class where it was, or at the end if there are fewer classes now. Returns its index. */
async function insertClass(
  tx: Transaction,
  datasetId: string,
  index: number,
  added: Parameters<typeof insertIndex>[3],
): Promise<number> {
  const at = Math.min(index, await tx.classLabel.count({ where: { datasetId } }))
  await insertIndex(tx, datasetId, at, added)
  return at
}

async function requireClass(tx: Transaction, datasetId: string, name: string) {
  const found = await tx.classLabel.findUnique({ where: { datasetId_name: { datasetId, name } } })
  if (!found) throw cannot(`the dataset has no class "${name}" now`)
  return found
}

async function requireFreeName(tx: Transaction, datasetId: string, name: string): Promise<void> {
  const found = await tx.classLabel.findUnique({ where: { datasetId_name: { datasetId, name } } })
  if (found) throw cannot(`the dataset has another class "${name}" now`)
}

/** The indices of classes by their names. Throws CANNOT_UNDO for a class that is gone. */
async function requireIndices(
  tx: Transaction,
  datasetId: string,
  names: readonly string[],
): Promise<(name: string) => number> {
  const indexOf = await classIndices(tx, datasetId, names)
  return (name) => {
    const index = indexOf(name)
    if (index === undefined) throw cannot(`the dataset has no class "${name}" now`)
    return index
  }
}

/** The places of images, which must be those that the change gave them. Throws CANNOT_UNDO. */
async function requirePlaces(
  tx: Transaction,
  datasetId: string,
  ids: readonly string[],
  given: (i: number) => Partial<StoredPlace>,
): Promise<StoredPlace[]> {
  const known = await knownPlaces(tx, datasetId, ids)
  return ids.map((imageId, i) => {
    const place = known.get(imageId)
    const { classIndex = place?.classIndex, split = place?.split } = given(i)
    if (!place) throw cannot(`image ${imageId} is no longer in the dataset`)
    if (place.classIndex !== classIndex || place.split !== split) {
      throw cannot(`image ${imageId} has been moved since`)
    }
    return place
  })
}

/** Throws CANNOT_UNDO if the dataset has one of the images, with a label or without. */
async function requireAbsent(tx: Transaction, datasetId: string, ids: readonly string[]): Promise<void> {
  const [labelled] = [...(await knownPlaces(tx, datasetId, ids)).keys()]
  const [unlabelled] = await unlabelledOf(tx, datasetId, ids)
  const found = labelled ?? unlabelled
  if (found !== undefined) throw cannot(`image ${found} has been added again`)
}

const unlabelledOf = async (tx: Transaction, datasetId: string, ids: readonly string[]): Promise<string[]> =>
  (
    await inChunks(ids, (some) =>
      tx.unlabelledImage.findMany({ where: { datasetId, imageId: { in: some } }, select: { imageId: true } }),
    )
  ).map(({ imageId }) => imageId)
