import { errors, type ShotboardError } from '../errors.js'

export interface PageRequest {
  readonly first: number
  readonly after?: string | null | undefined
}

export interface Page<T> {
  readonly nodes: readonly T[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
  readonly totalCount: number
}

/** Makes a page from its rows plus the first row of the next page, if there is one. */
export function pageOf<T>(
  rows: readonly T[],
  first: number,
  cursorOf: (last: T) => string,
): Omit<Page<T>, 'totalCount'> {
  const nodes = rows.slice(0, first)
  const last = nodes.at(-1)
  return {
    nodes,
    pageInfo: { hasNextPage: rows.length > first, endCursor: last === undefined ? null : cursorOf(last) },
  }
}

/** Throws INVALID_VALUE for an empty page. The caller checks the maximum. */
export function requirePageSize(first: number): void {
  if (!(Number.isInteger(first) && first >= 1)) {
    throw errors.invalidValue({ reason: `A page must have at least 1 entry, not ${first}.` }, 'first')
  }
}

export const encodeCursor = (text: string): string => Buffer.from(text).toString('base64url')

export const decodeCursor = (cursor: string): string => Buffer.from(cursor, 'base64url').toString()

export const invalidCursor = (cursor: string): ShotboardError =>
  errors.invalidValue({ reason: `"${cursor}" is not a cursor from an earlier page.` }, 'after')

/** The greatest position that the databases can store. */
const maxPosition = 2 ** 31 - 1

/** A cursor for rows whose position never changes. */
export const cursorOfPosition = (position: number): string => encodeCursor(String(position))

/** The position of the last row of the page before, or undefined for the first page. Throws INVALID_VALUE. */
export function positionAfter({ after }: PageRequest): number | undefined {
  if (after == null) return undefined
  const text = decodeCursor(after)
  const position = Number(text)
  if (!/^\d{1,10}$/.test(text) || position > maxPosition) throw invalidCursor(after)
  return position
}
