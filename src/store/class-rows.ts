import { z } from 'zod'
import { errors } from '../errors.js'
import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'
import type { Transaction } from './database.js'
import { canBeId, chunks, inChunks, rowsPerStatement } from './rows.js'

/** A class as it is stored. */
export interface NewClass {
  readonly name: string
  readonly prompts: readonly string[]
}

/** The class of a dataset by its name or its id. Throws UNKNOWN_CLASS. */
export async function classNamed(
  tx: Pick<Transaction, 'classLabel'>,
  datasetId: string,
  name: string,
  argument: string,
) {
  const found = canBeId(name)
    ? ((await tx.classLabel.findUnique({ where: { datasetId_name: { datasetId, name } } })) ??
      (await tx.classLabel.findUnique({ where: { id: name, datasetId } })))
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

/** Throws CLASS_EXISTS. */
export async function requireNewName(tx: Transaction, datasetId: string, name: string, argument: string) {
  const other = await tx.classLabel.findUnique({ where: { datasetId_name: { datasetId, name } } })
  if (other) throw errors.classExists({ name }, argument)
}

/** The names of classes by their indices, for these indices; '' for one that no class has. */
export async function classNames(
  tx: Transaction,
  datasetId: string,
  indices: Iterable<number>,
): Promise<(index: number) => string> {
  const names = new Map<number, string>()
  for await (const some of chunks([...new Set(indices)], rowsPerStatement)) {
    const where = { datasetId, index: { in: some } }
    const rows = await tx.classLabel.findMany({ where, select: { index: true, name: true } })
    for (const { index, name } of rows) names.set(index, name)
  }
  return (index) => names.get(index) ?? ''
}

/** The indices of classes by their names, for these names; undefined for one that no class has. */
export async function classIndices(
  tx: Transaction,
  datasetId: string,
  names: readonly string[],
): Promise<(name: string) => number | undefined> {
  const rows = await inChunks(names, (some) =>
    tx.classLabel.findMany({
      where: { datasetId, name: { in: some } },
      select: { index: true, name: true },
    }),
  )
  const indices = new Map(rows.map(({ index, name }) => [name, index]))
  return (name) => indices.get(name)
}

/** The prompts of a stored class. */
export const promptsOf = ({ prompts }: { readonly prompts: unknown }): string[] =>
  promptsSchema.parse(prompts)

const promptsSchema = z.array(z.string())

/** Deletes a class that has no images, and closes the gap that its index leaves. */
export async function deleteIndex(tx: Transaction, datasetId: string, index: number): Promise<void> {
  await tx.classLabel.delete({ where: { datasetId_index: { datasetId, index } } })
  const last = await lastIndex(tx, datasetId)
  const yieldToEventLoop = createYieldToEventLoop()
  for (let from = index + 1; from <= last; from += rowsPerMove) {
    await yieldToEventLoop()
    await moveIndices(tx, datasetId, [from, Math.min(from + rowsPerMove - 1, last)], -1)
  }
  await moveImages(tx, datasetId, index + 1, -1)
}

/** Adds a class without images at an index, and makes room for it. The inverse of `deleteIndex`. With an id it is a class that comes back. */
export async function insertIndex(
  tx: Transaction,
  datasetId: string,
  index: number,
  { id, name, prompts }: NewClass & { readonly id?: string | undefined },
): Promise<void> {
  const yieldToEventLoop = createYieldToEventLoop()
  for (let to = await lastIndex(tx, datasetId); to >= index; to -= rowsPerMove) {
    await yieldToEventLoop()
    await moveIndices(tx, datasetId, [Math.max(index, to - rowsPerMove + 1), to], 1)
  }
  await tx.classLabel.create({
    data: { ...(id !== undefined && { id }), datasetId, index, name, prompts: [...prompts] },
  })
  await moveImages(tx, datasetId, index, 1)
}

/** Rows in one statement that changes indices. SQLite's driver answers without leaving this thread. */
const rowsPerMove = 1000

/** The greatest index of a class, or −1. */
async function lastIndex(tx: Transaction, datasetId: string): Promise<number> {
  const { _max } = await tx.classLabel.aggregate({ where: { datasetId }, _max: { index: true } })
  return _max.index ?? -1
}

/** Moves classes with indices in a range, both ends included, by one. The indices that they get must be free, but for their own. */
async function moveIndices(
  tx: Transaction,
  datasetId: string,
  [from, to]: readonly [number, number],
  by: 1 | -1,
): Promise<void> {
  // Through negative numbers, because an update of a key in many rows may meet a row that has not moved yet.
  await tx.$executeRaw`
    UPDATE "ClassLabel" SET "index" = -1 - ("index" + ${by})
    WHERE "datasetId" = ${datasetId} AND "index" >= ${from} AND "index" <= ${to}`
  await tx.$executeRaw`
    UPDATE "ClassLabel" SET "index" = -1 - "index" WHERE "datasetId" = ${datasetId} AND "index" < 0`
}

/** Images follow their classes, from an index on. */
async function moveImages(tx: Transaction, datasetId: string, index: number, by: 1 | -1): Promise<void> {
  const yieldToEventLoop = createYieldToEventLoop()
  for (let after = 0; ; ) {
    const next = await tx.datasetImage.findMany({
      where: { datasetId, position: { gt: after } },
      orderBy: { position: 'asc' },
      select: { position: true },
      skip: rowsPerMove - 1,
      take: 1,
    })
    const last = next[0]?.position
    await tx.datasetImage.updateMany({
      where: {
        ...{ datasetId, classIndex: { gte: index } },
        position: { gt: after, ...(last !== undefined && { lte: last }) },
      },
      data: { classIndex: { increment: by } },
    })
    if (last === undefined) return
    after = last
    await yieldToEventLoop()
  }
}
