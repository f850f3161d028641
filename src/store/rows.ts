import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'
import type { JobStatus } from './enums.js'

/** Rows in one statement: SQLite limits the number of variables. */
export const rowsPerStatement = 500

/** Rows that a statement changes or deletes: each is taken out of several indices, 200 in some 10 ms. */
export const rowsPerWrite = 200

/** Timeouts for transactions with many rows, which may wait for one another, in milliseconds. */
export const longTransaction = { timeout: 120_000, maxWait: 120_000 }

/** The parts of a list. Other work runs in between, since SQLite's driver answers without leaving this thread. */
export async function* chunks<T>(items: readonly T[], size: number): AsyncGenerator<T[]> {
  const yieldToEventLoop = createYieldToEventLoop()
  for (let from = 0; from < items.length; from += size) {
    await yieldToEventLoop()
    yield items.slice(from, from + size)
  }
}

/** Postgres refuses a statement with a NUL, and no id has one. */
export const canBeId = (id: string): boolean => !id.includes('\0')

/** The rows of any number of ids: `find` is called with as many as fit in one statement. */
export async function inChunks<T>(
  ids: readonly string[],
  find: (some: string[]) => Promise<readonly T[]>,
): Promise<T[]> {
  const found: T[] = []
  for await (const some of chunks([...new Set(ids.filter(canBeId))], rowsPerStatement)) {
    for (const row of await find(some)) found.push(row)
  }
  return found
}

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
export const knownIds = async (
  ids: readonly string[],
  find: (some: string[]) => Promise<{ readonly id: string }[]>,
): Promise<string[]> => (await inChunks(ids, find)).map(({ id }) => id)

/** Jobs that have not ended. */
export const unfinishedStatus: { in: JobStatus[] } = { in: ['QUEUED', 'RUNNING'] }
