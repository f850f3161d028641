import { errors, type ShotboardError } from '../errors.js'

/** A page from the front of a list, or with `last` from its end, of what lies between two cursors of that list. */
export type PageRequest = {
  readonly after?: string | null | undefined
  readonly before?: string | null | undefined
} & (
  | { readonly first: number; readonly last?: undefined }
  | { readonly last: number; readonly first?: undefined }
)

export interface Page<T> {
  readonly nodes: readonly T[]
  /** One for each node. */
  readonly cursors: readonly string[]
  readonly pageInfo: PageInfo
  readonly totalCount: number
}

export interface PageInfo {
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  readonly startCursor: string | null
  readonly endCursor: string | null
}

/**
 * Makes a page from its rows plus one more, if there is one: the first rows between the cursors, or with `last` the last ones
 * from the end on.
 */
export function pageOf<T>(
  rows: readonly T[],
  request: PageRequest,
  cursorOf: (row: T) => string,
): Omit<Page<T>, 'totalCount'> {
  const size = pageSize(request)
  const hasMore = rows.length > size
  const isFromEnd = request.last !== undefined
  const nodes = isFromEnd ? rows.slice(0, size).reverse() : rows.slice(0, size)
  return withCursors(nodes, cursorOf, {
    hasNextPage: isFromEnd ? request.before != null : hasMore,
    hasPreviousPage: isFromEnd ? hasMore : request.after != null,
  })
}

/** A page of a list that is at hand; `placeOf` finds the entry of a cursor, or where it would be. */
export function pageOfList<T>(
  list: ArrayLike<T>,
  request: PageRequest,
  cursorOf: (entry: T) => string,
  placeOf: { readonly after: (cursor: string) => number; readonly before: (cursor: string) => number },
): Page<T> {
  const size = pageSize(request)
  const { length } = list
  const start = request.after == null ? 0 : Math.min(length, placeOf.after(request.after))
  const end =
    request.before == null ? length : Math.max(start, Math.min(length, placeOf.before(request.before)))
  const from = request.last === undefined ? start : Math.max(start, end - size)
  const to = request.last === undefined ? Math.min(end, start + size) : end
  const nodes = Array.from({ length: to - from }, (_, i) => list[from + i] as T)
  const more = { hasNextPage: to < length, hasPreviousPage: from > 0 }
  return { ...withCursors(nodes, cursorOf, more), totalCount: length }
}

/** A page of a list that never changes, or whose entries keep their places: its cursors are places. */
export function pageOfPlaces<T>(list: readonly T[], request: PageRequest): Page<T> {
  const places = list.map((_, place) => place)
  const page = pageOfList(places, request, cursorOfPosition, {
    after: (cursor) => positionOf(cursor, 'after') + 1,
    before: (cursor) => positionOf(cursor, 'before'),
  })
  return { ...page, nodes: page.nodes.map((place) => list[place] as T) }
}

function withCursors<T>(
  nodes: readonly T[],
  cursorOf: (node: T) => string,
  more: Pick<PageInfo, 'hasNextPage' | 'hasPreviousPage'>,
): Omit<Page<T>, 'totalCount'> {
  const cursors = nodes.map(cursorOf)
  return {
    nodes,
    cursors,
    pageInfo: { ...more, startCursor: cursors[0] ?? null, endCursor: cursors.at(-1) ?? null },
  }
}

/** The number of entries asked for. Throws INVALID_VALUE for an empty page. The caller checks the maximum. */
export function pageSize({ first, last }: PageRequest): number {
  const size = first ?? last
  if (size === undefined || !(Number.isInteger(size) && size >= 1)) {
    const reason = `A page must have at least 1 entry, not ${size}.`
    throw errors.invalidValue({ reason }, last === undefined ? 'first' : 'last')
  }
  return size
}

export const encodeCursor = (text: string): string => Buffer.from(text).toString('base64url')

export const decodeCursor = (cursor: string): string => Buffer.from(cursor, 'base64url').toString()

/** The argument that a cursor was given as. */
export type CursorArgument = 'after' | 'before'

export const invalidCursor = (cursor: string, argument: CursorArgument): ShotboardError =>
  errors.invalidValue({ reason: `"${cursor}" is not a cursor from an earlier page.` }, argument)

/** The greatest position that the databases can store. */
const maxPosition = 2 ** 31 - 1

/** A cursor for rows whose position never changes. */
export const cursorOfPosition = (position: number): string => encodeCursor(String(position))

/** The position that a cursor holds. Throws INVALID_VALUE. */
export function positionOf(cursor: string, argument: CursorArgument): number {
  const text = decodeCursor(cursor)
  const position = Number(text)
  if (!/^\d{1,10}$/.test(text) || position > maxPosition) throw invalidCursor(cursor, argument)
  return position
}

/** The positions that a page lies between: those above `after` and below `before`. Throws INVALID_VALUE. */
export const positionsOf = ({
  after,
  before,
}: PageRequest): { readonly after: number; readonly before: number } => ({
  after: after == null ? 0 : positionOf(after, 'after'),
  before: before == null ? maxPosition : positionOf(before, 'before'),
})
