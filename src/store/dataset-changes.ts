import { errors } from '../errors.js'
import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'
import { allByPosition } from './all-by-position.js'
import type { ChangeOf, ImagePlaceDetail } from './change-detail.js'
import { type Change, type ChangedDataset, changeDataset } from './changed-dataset.js'
import {
  classNamed,
  classNames,
  deleteIndex,
  type NewClass,
  promptsOf,
  requireNewName,
} from './class-rows.js'
import type { Database, DatabaseClient, Transaction } from './database.js'
import { type DatasetRow, insertImages, type NewImage } from './datasets.js'
import type { Split } from './enums.js'
import { beginRevision } from './former-places.js'
import { placesOf, type StoredPlace, takeOut } from './image-places.js'
import { conflictsOfImages, conflictsWith, renameConflicts, settleConflicts } from './label-conflicts.js'
import { type PlacedClass, readClasses, type StoredClass, writeClasses } from './many-classes.js'
import { requireNoResults } from './measured-datasets.js'
import { requireUnused } from './require-unused.js'
import { canBeId, chunks, rowsPerStatement, rowsPerWrite } from './rows.js'

/**
 * Changes of a dataset that has images. Each is one transaction, and throws UNKNOWN_DATASET, or IN_USE while a job works
 * with the dataset. Each is recorded, so that it can be undone. Classes are given by their names or ids, and all are at the argument `class` unless said otherwise.
 */
export interface DatasetChangeRepository {
  /** Throws DATASET_EXISTS. */
  rename(id: string, name: string): Promise<ChangedDataset>
  /** Prompts that are the default of the old name become those of the new one. Throws UNKNOWN_CLASS or CLASS_EXISTS. */
  renameClass(
    id: string,
    name: string,
    to: NewClass & { readonly from: (name: string) => readonly string[] },
  ): Promise<ChangedDataset>
  /** Adds a class after the others. Throws CLASS_EXISTS. */
  addClass(id: string, added: NewClass): Promise<ChangedDataset>
  /** Replaces the prompts of classes, by their names alone. Jobs may go on. Throws UNKNOWN_CLASS. */
  setPrompts(id: string, prompts: readonly NewClass[]): Promise<ChangedDataset>
  /** Adds images, without those that the dataset already has. Jobs may go on. */
  addImages(id: string, images: readonly NewImage[]): Promise<ChangedDataset & { readonly added: number }>
  /** Moves the images of a class to another one and deletes it. Throws UNKNOWN_CLASS or HAS_RESULTS. */
  mergeClasses(id: string, name: string, into: string): Promise<ChangedDataset>
  /** Deletes a class with its images, which are kept until the change is forgotten. Throws UNKNOWN_CLASS, INVALID_VALUE or HAS_RESULTS. */
  deleteClass(id: string, name: string): Promise<ChangedDataset>
  /** Gives images another class, another split, or both. Throws UNKNOWN_CLASS or UNKNOWN_IMAGE. */
  moveImages(id: string, images: readonly string[], to: ImagePlace): Promise<ChangedDataset>
  /** Takes the labels off images, which stay in the dataset. Throws UNKNOWN_IMAGE. */
  unlabelImages(id: string, images: readonly string[]): Promise<ChangedDataset>
  /** Removes images, with a label or without. They are kept until the change is forgotten. Throws UNKNOWN_IMAGE. */
  removeImages(id: string, images: readonly string[]): Promise<ChangedDataset>
}

export interface ImagePlace {
  readonly className?: string | undefined
  readonly split?: Split | undefined
}

const keyOfConflict = ({
  imageId,
  className,
}: {
  readonly imageId: string
  readonly className: string
}): string => JSON.stringify([imageId, className])

export function createDatasetChangeRepository(
  client: DatabaseClient,
  kind: Database['kind'] = 'sqlite',
): DatasetChangeRepository {
  const change = (id: string, work: (tx: Transaction, dataset: DatasetRow) => Promise<Change>) =>
    changeDataset(client, id, async (tx, dataset) => {
      await requireUnused(tx, dataset, 'dataset')
      return work(tx, dataset)
    })

  return {
    rename: (id, name) =>
      change(id, async (tx, { name: from }) => {
        const other = await tx.dataset.findUnique({ where: { name } })
        if (other && other.id !== id) throw errors.datasetExists({ name }, 'name')
        const dataset = await tx.dataset.update({ where: { id }, data: { name } })
        return { dataset, detail: from === name ? null : { kind: 'RENAME', from, to: name } }
      }),
    renameClass: (id, given, { from, ...to }) =>
      change(id, async (tx, dataset) => {
        const found = await classNamed(tx, id, given, 'class')
        const { name } = found
        if (to.name !== name) await requireNewName(tx, id, to.name, 'name')
        const isDefault = JSON.stringify(found.prompts) === JSON.stringify(from(name))
        await tx.classLabel.update({
          where: { datasetId_index: { datasetId: id, index: found.index } },
          data: { name: to.name, ...(isDefault && { prompts: [...to.prompts] }) },
        })
        if (to.name !== name) await renameConflicts(tx, id, name, to.name)
        const before = { name, prompts: promptsOf(found) }
        const after = { name: to.name, prompts: isDefault ? [...to.prompts] : before.prompts }
        const detail = { kind: 'RENAME_CLASS', from: before, to: after } as const
        return { dataset, detail: to.name === name ? null : detail }
      }),
    addClass: (id, { name, prompts }) =>
      change(id, async (tx, dataset) => {
        await requireNewName(tx, id, name, 'class.name')
        const index = await tx.classLabel.count({ where: { datasetId: id } })
        const added = { name, prompts: [...prompts] }
        await tx.classLabel.create({ data: { datasetId: id, index, ...added } })
        return { dataset, detail: { kind: 'ADD_CLASS', class: added } }
      }),
    setPrompts: (id, prompts) =>
      changeDataset(client, id, async (tx, dataset) => {
        const known = new Map<string, StoredClass>()
        for await (const part of readClasses(tx, kind, [id])) for (const row of part) known.set(row.name, row)
        const yieldToEventLoop = createYieldToEventLoop()
        const changed: (PlacedClass & { readonly from: readonly string[] })[] = []
        for (const { name, prompts: to } of prompts) {
          await yieldToEventLoop()
          const row = known.get(name)
          if (!row) throw errors.unknownClass({ name, known: [...known.keys()] }, 'classes')
          if (JSON.stringify(row.prompts) !== JSON.stringify(to)) {
            changed.push({ id: row.id, index: row.index, name, prompts: to, from: row.prompts })
          }
        }
        await writeClasses(tx, kind, id, changed)
        const classes: { name: string; from: string[]; to: string[] }[] = []
        for (const { name, from, prompts: to } of changed) {
          classes.push({ name, from: [...from], to: [...to] })
          await yieldToEventLoop()
        }
        return { dataset, detail: classes.length === 0 ? null : { kind: 'SET_PROMPTS', classes } }
      }),
    async addImages(id, images) {
      let added = 0
      const changed = await changeDataset(client, id, async (tx, dataset) => {
        const nameOf = await classNames(
          tx,
          id,
          images.map(({ classIndex }) => classIndex),
        )
        const ids = images.map(({ imageId }) => imageId)
        const before = new Set((await conflictsOfImages(tx, id, ids)).map(keyOfConflict))
        const inserted = await insertImages(tx, id, images)
        const after = inserted.conflicts.length === 0 ? [] : await conflictsOfImages(tx, id, ids)
        const conflicts = after.filter((conflict) => !before.has(keyOfConflict(conflict)))
        added = inserted.added
        const fresh = inserted.fresh.flatMap((at) => images[at] ?? [])
        const detail: ChangeOf<'ADD_IMAGES'> = {
          kind: 'ADD_IMAGES',
          images: fresh.map(({ imageId, classIndex, split }) => ({
            ...{ imageId, split },
            className: nameOf(classIndex),
          })),
          unlabelled: [...inserted.unlabelled],
          conflicts,
        }
        return { dataset, detail: added === 0 && conflicts.length === 0 ? null : detail }
      })
      return { ...changed, added }
    },
    mergeClasses: (id, given, givenInto) =>
      change(id, async (tx, dataset) => {
        const source = await classNamed(tx, id, given, 'class')
        const target = await classNamed(tx, id, givenInto, 'into')
        if (source.id === target.id)
          throw errors.invalidValue({ reason: 'Give two different classes.' }, 'into')
        const [{ name }, { name: into }] = [source, target]
        await requireNoResults(tx, dataset)
        const where = { datasetId: id, classIndex: source.index }
        const members = await allByPosition(({ position, ...page }) =>
          tx.datasetImage.findMany({ where: { ...where, position }, ...page }),
        )
        const conflicts = await conflictsWith(tx, id, [name, into])
        for await (const some of chunks(members, rowsPerWrite)) {
          const position = { in: some.map((member) => member.position) }
          await tx.datasetImage.updateMany({ where: { position }, data: { classIndex: target.index } })
        }
        await deleteIndex(tx, id, source.index)
        await renameConflicts(tx, id, name, into)
        const images = members.map(({ imageId }) => imageId)
        const merged = { id: source.id, name, prompts: promptsOf(source) }
        return {
          dataset,
          detail: { kind: 'MERGE_CLASSES', index: source.index, class: merged, into, images, conflicts },
        }
      }),
    deleteClass: (id, given) =>
      change(id, async (tx, dataset) => {
        const found = await classNamed(tx, id, given, 'class')
        const { name } = found
        if ((await tx.classLabel.count({ where: { datasetId: id } })) === 1) {
          const reason = 'A dataset needs at least one class. Delete the dataset instead.'
          throw errors.invalidValue({ reason }, 'class')
        }
        await requireNoResults(tx, dataset)
        const { index } = found
        const where = { datasetId: id, classIndex: index }
        const members = await allByPosition(({ position, ...page }) =>
          tx.datasetImage.findMany({ where: { ...where, position }, ...page }),
        )
        const ids = members.map(({ imageId }) => imageId)
        const own = new Set(ids)
        const others = (await conflictsWith(tx, id, [name])).filter(({ imageId }) => !own.has(imageId))
        const conflicts = [...(await conflictsOfImages(tx, id, ids)), ...others]
        for await (const some of chunks(members, rowsPerWrite)) {
          const position = { in: some.map((member) => member.position) }
          await tx.datasetImage.deleteMany({ where: { position } })
        }
        await deleteIndex(tx, id, index)
        await tx.labelConflict.deleteMany({ where: { datasetId: id, className: name } })
        await settleConflicts(tx, id, ids)
        const images = members.map((place) => detailOf(place, name))
        const deleted = { id: found.id, name, prompts: promptsOf(found) }
        return { dataset, detail: { kind: 'DELETE_CLASS', index, class: deleted, images, conflicts } }
      }),
    moveImages: (id, images, { className: given, split }) =>
      change(id, async (tx, dataset) => {
        const to = given === undefined ? undefined : await classNamed(tx, id, given, 'class')
        const classIndex = to?.index
        const places = once(await placesOf(tx, id, images))
        const nameOf = await classNames(tx, id, indicesOf(places))
        const conflicts = classIndex === undefined ? [] : await conflictsOfImages(tx, id, images)
        if (classIndex !== undefined) await settleConflicts(tx, id, images)
        const yieldToEventLoop = createYieldToEventLoop()
        const moved: StoredPlace[] = []
        const moves: ChangeOf<'MOVE_IMAGES'>['moves'][number][] = []
        for (const image of places) {
          await yieldToEventLoop()
          const isMoved =
            (split !== undefined && image.split !== split) ||
            (classIndex !== undefined && image.classIndex !== classIndex)
          if (!isMoved) continue
          moved.push(image)
          const from = { className: nameOf(image.classIndex), split: image.split }
          const at = { className: to?.name ?? from.className, split: split ?? from.split }
          moves.push({ imageId: image.imageId, from, to: at })
        }
        const since = moved.length === 0 ? 0 : await beginRevision(tx, dataset, moved)
        for await (const some of chunks(moved, rowsPerWrite)) {
          await tx.datasetImage.updateMany({
            where: { position: { in: some.map(({ position }) => position) } },
            data: { ...(split && { split }), ...(classIndex !== undefined && { classIndex }), since },
          })
        }
        const unchanged = moves.length === 0 && conflicts.length === 0
        return { dataset, detail: unchanged ? null : { kind: 'MOVE_IMAGES', moves, conflicts } }
      }),
    unlabelImages: (id, images) =>
      change(id, async (tx, dataset) => {
        const ids = [...new Set(images)]
        const { places, ...taken } = await takenOut(tx, dataset, ids)
        await takeOut(tx, dataset, places)
        for await (const some of chunks(ids, rowsPerWrite)) {
          await tx.unlabelledImage.createMany({ data: some.map((imageId) => ({ datasetId: id, imageId })) })
        }
        return { dataset, detail: { kind: 'UNLABEL_IMAGES', ...taken } }
      }),
    removeImages: (id, images) =>
      change(id, async (tx, dataset) => {
        const ids = [...new Set(images)]
        const unlabelled: { imageId: string; position: number }[] = []
        for await (const some of chunks(ids.filter(canBeId), rowsPerStatement)) {
          const where = { datasetId: id, imageId: { in: some } }
          const select = { imageId: true, position: true }
          unlabelled.push(...(await tx.unlabelledImage.findMany({ where, select })))
          await tx.unlabelledImage.deleteMany({ where })
        }
        const without = new Set(unlabelled.map(({ imageId }) => imageId))
        const labelled = ids.filter((each) => !without.has(each))
        const { places, ...taken } = await takenOut(tx, dataset, labelled)
        await takeOut(tx, dataset, places)
        return { dataset, detail: { kind: 'REMOVE_IMAGES', ...taken, unlabelled } }
      }),
  }
}

/** The places of images that are to be taken out of a dataset, and their conflicts. Throws UNKNOWN_IMAGE. */
async function takenOut(tx: Transaction, { id }: DatasetRow, ids: readonly string[]) {
  const places = await placesOf(tx, id, ids)
  const nameOf = await classNames(tx, id, indicesOf(places))
  const conflicts = await conflictsOfImages(tx, id, ids)
  return { places, images: places.map((place) => detailOf(place, nameOf(place.classIndex))), conflicts }
}

const indicesOf = (places: readonly StoredPlace[]): number[] => places.map(({ classIndex }) => classIndex)

/** Each place once, where an image was given twice. */
const once = (places: readonly StoredPlace[]): StoredPlace[] => [
  ...new Map(places.map((place) => [place.position, place])).values(),
]

const detailOf = ({ imageId, position, split }: StoredPlace, className: string): ImagePlaceDetail => ({
  ...{ imageId, position, className, split },
})
