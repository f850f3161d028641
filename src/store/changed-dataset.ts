import { errors } from '../errors.js'
import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'
import {
  type ChangeDetail,
  changeDetailSchema,
  joinParts,
  partsOfChange,
  removedBy,
  textOfChange,
} from './change-detail.js'
import type { DatabaseClient, Transaction } from './database.js'
import { type DatasetRow, lockDataset } from './datasets.js'
import { canBeId, chunks, longTransaction, rowsPerStatement } from './rows.js'

/** A dataset after a change. */
export interface ChangedDataset extends DatasetRow {
  /** The change, which can be undone; null if nothing changed. */
  readonly change: string | null
}

/** A dataset as a change left it, and what undoing that needs; null if nothing changed. */
export interface Change {
  readonly dataset: DatasetRow
  readonly detail: ChangeDetail | null
}

/**
 * Changes a dataset and records what undoing that needs, in one transaction. Everything that refers to the dataset waits for its
 * lock, so no job can start on it meanwhile. Throws UNKNOWN_DATASET.
 */
export const changeDataset = (
  client: DatabaseClient,
  id: string,
  work: (tx: Transaction, dataset: DatasetRow) => Promise<Change>,
): Promise<ChangedDataset> =>
  client.$transaction(async (tx) => {
    const { dataset, detail } = await work(tx, await lockedDataset(tx, id))
    return { ...dataset, change: detail && (await recordChange(tx, id, detail)) }
  }, longTransaction)

/** Locks a dataset until the transaction ends. Throws UNKNOWN_DATASET. */
export async function lockedDataset(tx: Transaction, id: string): Promise<DatasetRow> {
  const locked = canBeId(id) ? await lockDataset(tx, id) : 0
  const dataset = locked > 0 ? await tx.dataset.findUnique({ where: { id } }) : null
  if (!dataset) throw errors.unknownDataset({ id }, 'dataset')
  return dataset
}

async function recordChange(tx: Transaction, datasetId: string, detail: ChangeDetail): Promise<string> {
  const [first = detail, ...others] = partsOfChange(detail)
  const { id } = await tx.datasetChange.create({
    data: { datasetId, kind: detail.kind, text: textOfChange(detail), detail: first },
    select: { id: true },
  })
  const yieldToEventLoop = createYieldToEventLoop()
  for (const [i, part] of others.entries()) {
    await tx.changePart.create({
      data: { changeId: id, number: i + 1, detail: part },
      select: { number: true },
    })
    await yieldToEventLoop()
  }
  await keepImages(tx, id, removedBy(detail))
  return id
}

/** What undoing a change needs to know. `first`: the part that the change has itself. */
export async function readChange(tx: Transaction, changeId: string, first: unknown): Promise<ChangeDetail> {
  const parts: ChangeDetail[] = []
  const yieldToEventLoop = createYieldToEventLoop()
  for (let number = 1; ; number++) {
    const part = await tx.changePart.findUnique({ where: { changeId_number: { changeId, number } } })
    if (!part) return joinParts(changeDetailSchema.parse(first), parts)
    parts.push(changeDetailSchema.parse(part.detail))
    await yieldToEventLoop()
  }
}

/** Keeps images that a change, or its undoing, removed from a dataset, until the change is forgotten. */
export async function keepImages(tx: Transaction, changeId: string, ids: readonly string[]): Promise<void> {
  const rows = ids.map((imageId) => ({ changeId, imageId }))
  for await (const data of chunks(rows, rowsPerStatement)) await tx.removedImage.createMany({ data })
}
