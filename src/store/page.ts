import { errors } from '../errors.js'

export interface PageRequest {
  readonly first: number
  readonly after?: string | null | undefined
}

export interface Page<T> {
  readonly nodes: readonly T[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
  readonly totalCount: number
}

/**
 * One page, newest first. Ids grow with time, and a cursor is the last id seen, so pages stay right while rows are added.
 * Throws INVALID_VALUE for an empty page or a cursor that is none.
 */
export async function readPage<T extends { readonly id: string }>(
  { first, after }: PageRequest,
  read: (query: {
    readonly take: number
    readonly orderBy: { readonly id: 'desc' }
    readonly before: { readonly id?: { readonly lt: string } }
  }) => Promise<T[]>,
  count: () => Promise<number>,
): Promise<Page<T>> {
  requirePageSize(first)
  const before = after == null ? {} : { id: { lt: idOf(after) } }
  const [rows, totalCount] = await Promise.all([
    read({ take: first + 1, orderBy: { id: 'desc' }, before }),
    count(),
  ])
  const nodes = rows.slice(0, first)
  const last = nodes.at(-1)
  return {
    nodes,
    pageInfo: { hasNextPage: rows.length > first, endCursor: last ? cursorOf(last.id) : null },
    totalCount,
  }
}

/** How much one page may have is for whoever asks for it. Throws INVALID_VALUE. */
export function requirePageSize(first: number): void {
  if (!(Number.isInteger(first) && first >= 1)) {
    throw errors.invalidValue({ reason: `A page has at least 1 entry, not ${first}.` }, 'first')
  }
}

const cursorOf = (id: string): string => Buffer.from(id).toString('base64url')

function idOf(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString()
  if (!/^[0-9a-f-]{36}$/.test(id)) {
    throw errors.invalidValue({ reason: `"${cursor}" is no cursor that a page has given.` }, 'after')
  }
  return id
}
