import { z } from 'zod'
import { errors } from '../errors.js'
import { type Page, type PageRequest, requirePageSize } from './page.js'

export type Direction = 'ASCENDING' | 'DESCENDING'

/** A column to order by. Rows that have no value there come last in both directions; among equals the id decides. */
export interface Column<T> {
  readonly name: string
  readonly nullable: boolean
  readonly type: keyof typeof valueTypes
  /** What a row has there. */
  valueOf(row: T): Value
}

type Value = string | number | Date | null

/** What a cursor may hold of a column of each type. */
const valueTypes = {
  id: z.null(),
  number: z.number(),
  time: z.iso.datetime().transform((time) => new Date(time)),
}

/** What a page is read with; `where` keeps to the rows behind the cursor. */
export interface OrderedQuery {
  readonly take: number
  readonly orderBy: Record<string, unknown>[]
  readonly where: Record<string, unknown>
}

/**
 * One page of rows in the order of a column. A cursor holds the last row's value and id, and the next page is what comes
 * behind that, so pages stay right while rows are added. Throws INVALID_VALUE for an empty page, a cursor that is none,
 * or one of another order.
 */
export async function readOrderedPage<T extends { readonly id: string }>(
  { first, after }: PageRequest,
  column: Column<T>,
  direction: Direction,
  read: (query: OrderedQuery) => Promise<T[]>,
  count: () => Promise<number>,
): Promise<Page<T>> {
  requirePageSize(first)
  const sort = direction === 'ASCENDING' ? 'asc' : 'desc'
  const where = after == null ? {} : behind(parseCursor(after, column, sort), column, sort)
  const byColumn = { [column.name]: column.nullable ? { sort, nulls: 'last' } : sort }
  const orderBy = column.name === 'id' ? [byColumn] : [byColumn, { id: sort }]
  const [rows, totalCount] = await Promise.all([read({ take: first + 1, orderBy, where }), count()])
  const nodes = rows.slice(0, first)
  const last = nodes.at(-1)
  return {
    nodes,
    pageInfo: {
      hasNextPage: rows.length > first,
      endCursor: last
        ? formatCursor({ order: [column.name, sort], value: column.valueOf(last), id: last.id })
        : null,
    },
    totalCount,
  }
}

type Sort = 'asc' | 'desc'

interface Cursor {
  readonly value: Value
  readonly id: string
}

/** What comes after a row. */
function behind<T>(
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

const cursorSchema = z.object({
  order: z.tuple([z.string(), z.enum(['asc', 'desc'])]),
  value: z.unknown(),
  id: z.string().regex(/^[0-9a-f-]{36}$/),
})

/** The newest first, the usual order, has the id alone for its cursor. */
function formatCursor({ order, value, id }: Cursor & { order: [string, Sort] }): string {
  const text =
    order[0] === 'id' && order[1] === 'desc'
      ? id
      : JSON.stringify({ order, value: order[0] === 'id' ? null : value, id })
  return Buffer.from(text).toString('base64url')
}

function parseCursor<T>(cursor: string, { name, type, nullable }: Column<T>, sort: Sort): Cursor {
  const text = Buffer.from(cursor, 'base64url').toString()
  const parsed = cursorSchema.safeParse(
    text.startsWith('{') ? parseJson(text) : { order: ['id', 'desc'], value: null, id: text },
  )
  const invalid = errors.invalidValue({ reason: `"${cursor}" is no cursor that a page has given.` }, 'after')
  if (!parsed.success) throw invalid
  const { order, id } = parsed.data
  if (order[0] !== name || order[1] !== sort) {
    throw errors.invalidValue({ reason: `"${cursor}" is a cursor of another order.` }, 'after')
  }
  const value = (nullable ? valueTypes[type].nullable() : valueTypes[type]).safeParse(parsed.data.value)
  if (!value.success) throw invalid
  return { value: value.data, id }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
