import { z } from 'zod'
import { errors } from '../errors.js'
import type { Transaction } from './database.js'
import { canBeId, chunks, rowsPerStatement } from './rows.js'

/** A class as it is stored. */
export interface NewClass {
  readonly name: string
  readonly prompts: readonly string[]
}

/** The class of a dataset by its name or its id. Throws UNKNOWN_CLASS. */
export async function classNamed(tx: Transaction, datasetId: string, name: string, argument: string) {
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

/** The names of classes by their indices. */
export async function classNames(tx: Transaction, datasetId: string): Promise<(index: number) => string> {
  const rows = await tx.classLabel.findMany({ where: { datasetId }, select: { index: true, name: true } })
  const names = new Map(rows.map(({ index, name }) => [index, name]))
  return (index) => names.get(index) ?? ''
}

/** The prompts of a stored class. */
export const promptsOf = ({ prompts }: { readonly prompts: unknown }): string[] =>
  promptsSchema.parse(prompts)

const promptsSchema = z.array(z.string())

/** Deletes a class that has no images, and closes the gap that its index leaves. */
export async function deleteIndex(tx: Transaction, datasetId: string, index: number): Promise<void> {
  const after = await tx.classLabel.findMany({
    where: { datasetId, index: { gt: index } },
    orderBy: { index: 'asc' },
  })
  // Made anew, because an update of a key in many rows may meet a row that has not moved yet.
  await tx.classLabel.deleteMany({ where: { datasetId, index: { gte: index } } })
  for await (const some of chunks(after, rowsPerStatement)) {
    await tx.classLabel.createMany({
      data: some.map((row) => ({ ...row, index: row.index - 1, prompts: row.prompts ?? [] })),
    })
  }
  await tx.datasetImage.updateMany({
    where: { datasetId, classIndex: { gt: index } },
    data: { classIndex: { decrement: 1 } },
  })
}

/** Adds a class without images at an index, and makes room for it. The inverse of `deleteIndex`. With an id it is a class that comes back. */
export async function insertIndex(
  tx: Transaction,
  datasetId: string,
  index: number,
  { id, name, prompts }: NewClass & { readonly id?: string | undefined },
): Promise<void> {
  const after = await tx.classLabel.findMany({
    where: { datasetId, index: { gte: index } },
    orderBy: { index: 'asc' },
  })
  await tx.classLabel.deleteMany({ where: { datasetId, index: { gte: index } } })
  const moved = after.map((row) => ({ ...row, index: row.index + 1, prompts: row.prompts ?? [] }))
  const added = { ...(id !== undefined && { id }), datasetId, index, name, prompts: [...prompts] }
  for await (const data of chunks([added, ...moved], rowsPerStatement))
    await tx.classLabel.createMany({ data })
  await tx.datasetImage.updateMany({
    where: { datasetId, classIndex: { gte: index } },
    data: { classIndex: { increment: 1 } },
  })
}
