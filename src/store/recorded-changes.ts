import { errors, ShotboardError } from '../errors.js'
import { type ChangeKind, changeKinds, removedByUndoOf } from './change-detail.js'
import { keepImages, lockedDataset, readChange } from './changed-dataset.js'
import type { Database, DatabaseClient, Transaction } from './database.js'
import type { DatasetRow } from './datasets.js'
import { Prisma } from './generated/sqlite/client.js'
import { requireUnused } from './require-unused.js'
import { canBeId, groupById, inChunks, longTransaction } from './rows.js'
import { undoChange } from './undo-change.js'
import { deleteUnownedImages } from './unowned-images.js'

/** A change of a dataset that can be undone. */
export interface DatasetChangeRow {
  readonly id: string
  readonly datasetId: string
  readonly kind: ChangeKind
  readonly text: string
  readonly createdAt: Date
  /** Null if it has not been undone. */
  readonly undoneAt: Date | null
}

export interface RecordedChangeRepository {
  getMany(ids: readonly string[]): Promise<DatasetChangeRow[]>
  /** The latest changes of several datasets, by dataset, newest first. */
  latestOf(datasetIds: readonly string[]): Promise<Map<string, DatasetChangeRow[]>>
  /**
   * Undoes a change, wholly or not at all. Throws UNKNOWN_CHANGE, CANNOT_UNDO if it was undone already or the dataset has changed
   * since, IN_USE while a job works with the dataset, or as `undoChange`.
   */
  undo(id: string): Promise<DatasetRow>
  /** Forgets the changes of a dataset, or those made before a time. Returns the images that nothing has now; the caller deletes their files. */
  forget(which: { readonly datasetId: string } | { readonly before: Date }): Promise<string[]>
}

/** Changes of a dataset that are listed. */
const maxListed = 50

const select = { id: true, datasetId: true, kind: true, text: true, createdAt: true, undoneAt: true }

export const createRecordedChangeRepository = (
  client: DatabaseClient,
  kind: Database['kind'] = 'sqlite',
): RecordedChangeRepository => {
  async function getMany(ids: readonly string[]): Promise<DatasetChangeRow[]> {
    const rows = await inChunks(ids, (some) =>
      client.datasetChange.findMany({ where: { id: { in: some } }, select, orderBy: { id: 'desc' } }),
    )
    return rows.map((row) => ({ ...row, kind: kindOf(row.kind) }))
  }

  return {
    getMany,
    async latestOf(datasetIds) {
      const latest = await inChunks(
        datasetIds,
        (some) => client.$queryRaw<{ id: string }[]>`
        SELECT "id" FROM (
          SELECT "id", ROW_NUMBER() OVER (PARTITION BY "datasetId" ORDER BY "id" DESC) AS "rank"
          FROM "DatasetChange" WHERE "datasetId" IN (${Prisma.join(some)})
        ) AS "ranked" WHERE "rank" <= ${maxListed}`,
      )
      const rows = (await getMany(latest.map(({ id }) => id))).sort((a, b) => (a.id < b.id ? 1 : -1))
      return groupById(datasetIds, rows, ({ datasetId }) => datasetId)
    },
    undo: (id) => client.$transaction((tx) => undo(tx, kind, id), longTransaction),
    forget: (which) =>
      client.$transaction(async (tx) => {
        const change = 'before' in which ? { createdAt: { lt: which.before } } : which
        const removed = await tx.removedImage.findMany({ where: { change }, select: { imageId: true } })
        await tx.datasetChange.deleteMany({ where: change })
        return deleteUnownedImages(tx, [...new Set(removed.map(({ imageId }) => imageId))])
      }, longTransaction),
  }
}

async function undo(tx: Transaction, kind: Database['kind'], id: string): Promise<DatasetRow> {
  const found = canBeId(id)
    ? await tx.datasetChange.findUnique({ where: { id }, select: { datasetId: true } })
    : null
  if (!found) throw errors.unknownChange({ id }, 'id')
  const dataset = await lockedDataset(tx, found.datasetId)
  // Read under the lock, or two requests could undo it twice.
  const change = await tx.datasetChange.findUnique({ where: { id } })
  if (!change) throw errors.unknownChange({ id }, 'id')
  if (change.undoneAt) throw errors.cannotUndo({ reason: 'it has been undone already' }, 'id')
  await requireUnused(tx, dataset, 'id')
  const detail = await readChange(tx, id, change.detail)
  try {
    await undoChange(tx, kind, dataset, detail)
  } catch (error) {
    // The change is at fault, whatever part of it.
    throw error instanceof ShotboardError ? new ShotboardError(error.code, error.message, 'id') : error
  }
  await tx.datasetChange.update({ where: { id }, data: { undoneAt: new Date() } })
  await tx.removedImage.deleteMany({ where: { changeId: id } })
  await keepImages(tx, id, removedByUndoOf(detail))
  return tx.dataset.findUniqueOrThrow({ where: { id: dataset.id } })
}

function kindOf(stored: string): ChangeKind {
  const kind = changeKinds.find((each) => each === stored)
  if (kind === undefined) throw new RangeError(`unknown kind of change: ${stored}`)
  return kind
}
