import type { JobStatus } from './enums.js'

/** Rows in one statement: SQLite limits the number of variables. */
export const rowsPerStatement = 500

/** Timeouts for transactions with many rows, which may wait for one another, in milliseconds. */
export const longTransaction = { timeout: 120_000, maxWait: 120_000 }

export function* chunks<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size)
}

/** Postgres refuses a statement with a NUL, and no id has one. */
export const canBeId = (id: string): boolean => !id.includes('\0')

/** Selects rows by their ids. */
export const withIds = (ids: readonly string[]) => ({ id: { in: ids.filter(canBeId) } })

/** One row by its id, or null. */
export const findById = async <T>(
  id: string,
  find: (where: { id: string }) => Promise<T | null>,
): Promise<T | null> => (canBeId(id) ? find({ id }) : null)

/** Groups rows by the id that each belongs to; an id without rows gets an empty list. */
export function groupById<T>(
  ids: readonly string[],
  rows: readonly T[],
  idOf: (row: T) => string,
): Map<string, T[]> {
  const groups = new Map<string, T[]>(ids.map((id) => [id, []]))
  for (const row of rows) groups.get(idOf(row))?.push(row)
  return groups
}

/** The ids that rows have, from any number of ids. */
export async function knownIds(
  ids: readonly string[],
  find: (some: string[]) => Promise<{ readonly id: string }[]>,
): Promise<string[]> {
  const known: string[] = []
  for (const some of chunks(ids, rowsPerStatement)) known.push(...(await find(some)).map(({ id }) => id))
  return known
}

/** Jobs that have not ended. */
export const unfinishedStatus: { in: JobStatus[] } = { in: ['QUEUED', 'RUNNING'] }
