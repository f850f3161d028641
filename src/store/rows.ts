import type { JobStatus } from './generated/sqlite/enums.js'

/** SQLite takes so many variables in one statement that this many rows always fit. */
export const rowsPerStatement = 500

/** For transactions with many rows, which may have to wait for one another, in milliseconds. */
export const longTransaction = { timeout: 120_000, maxWait: 120_000 }

export function* chunks<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size)
}

/** Finds rows by their ids. No id has a NUL, and Postgres refuses a statement with one. */
export const withIds = (ids: readonly string[]) => ({ id: { in: ids.filter((id) => !id.includes('\0')) } })

/** Those of any number of ids that rows have. */
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
