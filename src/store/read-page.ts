import { z } from 'zod'
import { errors } from '../errors.js'
import {
  type CursorArgument,
  decodeCursor,
  encodeCursor,
  invalidCursor,
  type Page,
  type PageRequest,
  pageOf,
  pageSize,
} from './page.js'

export type Direction = 'ASCENDING' | 'DESCENDING'

/** A column to order by. Rows without a value come last in both directions; the id decides among equals. */
export interface Column<T> {
  readonly name: string
  readonly nullable: boolean
  readonly type: keyof typeof valueTypes
  /** The value of a row. */
  valueOf(row: T): Value
}

type Value = string | number | Date | null

/** The values that a cursor may hold, by the type of the column. */
const valueTypes = {
  id: z.null(),
  number: z.number(),
  text: z.string(),
  time: z.iso.datetime().transform((time) => new Date(time)),
}

/** Query options that read one page; `where` selects the rows after the cursor. */
export interface OrderedQuery {
  readonly take: number
  readonly orderBy: Record<string, unknown>[]
  readonly where: Record<string, unknown>
}

/**
 * One page of rows in the order of a column. A cursor holds the value and the id of a row, and a page starts after it, or ends
 * before it, so pages stay right while rows are added. Throws INVALID_VALUE for an empty page, an invalid cursor, or a cursor of
 * another order.
 */
export async function readPage<T extends { readonly id: string }>(
  request: PageRequest,
  column: Column<T>,
  direction: Direction,
  read: (query: OrderedQuery) => Promise<T[]>,
  count: () => Promise<number>,
): Promise<Page<T>> {
  const take = pageSize(request) + 1
  const sort = direction === 'ASCENDING' ? 'asc' : 'desc'
  const { after, before } = request
  const where = {
    AND: [
      ...(after == null ? [] : [rowsAfter(parseCursor(after, 'after', column, sort), column, sort)]),
      ...(before == null ? [] : [rowsBefore(parseCursor(before, 'before', column, sort), column, sort)]),
    ],
  }
  const isFromEnd = request.last !== undefined
  const readSort = isFromEnd ? opposite[sort] : sort
  const byColumn = {
    [column.name]: column.nullable ? { sort: readSort, nulls: isFromEnd ? 'first' : 'last' } : readSort,
  }
  const orderBy = column.name === 'id' ? [byColumn] : [byColumn, { id: readSort }]
  const [rows, totalCount] = await Promise.all([read({ take, orderBy, where }), count()])
  const cursorOf = (row: T) =>
    formatCursor({ order: [column.name, sort], value: column.valueOf(row), id: row.id })
  return { ...pageOf(rows, request, cursorOf), totalCount }
}

/** Orders by id, which grows with time. */
export const byCreation = {
  name: 'id',
  type: 'id',
  nullable: false,
  valueOf: ({ id }) => id,
} as const satisfies Column<{
  readonly id: string
}>

/** One page of rows, newest first. Throws like `readPage`. */
export const readNewestPage = <T extends { readonly id: string }>(
  request: PageRequest,
  read: (query: OrderedQuery) => Promise<T[]>,
  count: () => Promise<number>,
): Promise<Page<T>> => readPage<T>(request, byCreation, 'DESCENDING', read, count)

type Sort = 'asc' | 'desc'

interface Cursor {
  readonly value: Value
  readonly id: string
}

/** The condition for rows after the cursor's row. */
function rowsAfter<T>(
  { value, id }: Cursor,
  { name, nullable }: Column<T>,
  sort: Sort,
): Record<string, unknown> {
  const beyond = sort === 'asc' ? 'gt' : 'lt'
  if (name === 'id') return { id: { [beyond]: id } }
  const equal = { [name]: value, id: { [beyond]: id } }
  if (value === null) return equal
  return { OR: [{ [name]: { [beyond]: value } }, equal, ...(nullable ? [{ [name]: null }] : [])] }
}

/** The condition for rows before the cursor's row. */
function rowsBefore<T>({ value, id }: Cursor, { name }: Column<T>, sort: Sort): Record<string, unknown> {
  const beyond = sort === 'asc' ? 'lt' : 'gt'
  if (name === 'id') return { id: { [beyond]: id } }
  const equal = { [name]: value, id: { [beyond]: id } }
  return { OR: [value === null ? { [name]: { not: null } } : { [name]: { [beyond]: value } }, equal] }
}

const opposite = { asc: 'desc', desc: 'asc' } as const

const cursorSchema = z.object({
  order: z.tuple([z.string(), z.enum(['asc', 'desc'])]),
  value: z.unknown(),
  id: z.string().regex(/^[0-9a-f-]{36}$/),
})

/** In the default order, newest first, the cursor is the id alone. */
function formatCursor({ order, value, id }: Cursor & { order: [string, Sort] }): string {
  const text =
    order[0] === 'id' && order[1] === 'desc'
      ? id
      : JSON.stringify({ order, value: order[0] === 'id' ? null : value, id })
  return encodeCursor(text)
}

function parseCursor<T>(
  cursor: string,
  argument: CursorArgument,
  { name, type, nullable }: Column<T>,
  sort: Sort,
): Cursor {
  const text = decodeCursor(cursor)
  const parsed = cursorSchema.safeParse(
    text.startsWith('{') ? parseJson(text) : { order: ['id', 'desc'], value: null, id: text },
  )
  if (!parsed.success) throw invalidCursor(cursor, argument)
  const { order, id } = parsed.data
  if (order[0] !== name || order[1] !== sort) {
    throw errors.invalidValue({ reason: `"${cursor}" is a cursor of a page in another order.` }, argument)
  }
  const value = (nullable ? valueTypes[type].nullable() : valueTypes[type]).safeParse(parsed.data.value)
  if (!value.success) throw invalidCursor(cursor, argument)
  return { value: value.data, id }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
