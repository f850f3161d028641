import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'

/** A page of rows in the order of their positions. */
export interface PositionPage {
  readonly position: { readonly gt: number }
  readonly orderBy: { readonly position: 'asc' }
  readonly take: number
}

/** Rows in a statement. SQLite's driver answers without leaving this thread. */
const rowsPerPart = 1000

/** All rows in the order of their positions, read in parts: other work runs in between. */
export async function allByPosition<Row extends { readonly position: number }>(
  read: (page: PositionPage) => Promise<readonly Row[]>,
): Promise<Row[]> {
  const rows: Row[] = []
  const yieldToEventLoop = createYieldToEventLoop()
  for (let after = 0; ; ) {
    const part = await read({ position: { gt: after }, orderBy: { position: 'asc' }, take: rowsPerPart })
    for (const row of part) rows.push(row)
    const last = part.at(-1)
    if (last === undefined || part.length < rowsPerPart) return rows
    after = last.position
    await yieldToEventLoop()
  }
}
