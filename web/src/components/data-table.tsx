import type { ReactNode } from 'react'
import styles from './data-table.module.css'

export interface Column<Row> {
  readonly id: string
  readonly header: ReactNode
  /** Numbers are aligned right, so that their digits line up. */
  readonly numeric?: boolean
  /** The value to sort by. Columns without it cannot be sorted. Null comes last in both directions. */
  readonly orderBy?: (row: Row) => number | string | null
  readonly cell: (row: Row) => ReactNode
}

/** A column's id; with a leading minus for descending order. */
export type Order = string

/** A sortable table. It scrolls sideways if it is too wide. */
export function DataTable<Row>({
  label,
  columns,
  rows,
  keyOf,
  order,
  onOrder,
  isMarked,
}: {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  readonly order?: Order
  readonly onOrder?: (order: Order) => void
  /** Highlighted rows. */
  readonly isMarked?: (row: Row) => boolean
}) {
  const [first, ...others] = columns
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable areas must be reachable with the keyboard.
    <section className={styles.scroll} aria-label={label} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Header key={column.id} column={column} order={order} onOrder={onOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {ordered(rows, columns, order).map((row) => (
            <tr key={keyOf(row)} className={isMarked?.(row) ? styles.marked : undefined}>
              {first && (
                <th scope="row" className={first.numeric ? styles.numeric : undefined}>
                  {first.cell(row)}
                </th>
              )}
              {others.map((column) => (
                <td key={column.id} className={column.numeric ? styles.numeric : undefined}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Header<Row>({
  column: { id, header, numeric = false, orderBy },
  order,
  onOrder,
}: {
  readonly column: Column<Row>
  readonly order: Order | undefined
  readonly onOrder: ((order: Order) => void) | undefined
}) {
  const className = numeric ? styles.numeric : undefined
  if (!orderBy || !onOrder) {
    return (
      <th scope="col" className={className}>
        {header}
      </th>
    )
  }
  const direction = order === id ? 'ascending' : order === `-${id}` ? 'descending' : 'none'
  // The first click sorts numbers in descending order and words in ascending order.
  const next = numeric ? (order === `-${id}` ? id : `-${id}`) : order === id ? `-${id}` : id
  return (
    <th scope="col" className={className} aria-sort={direction}>
      <button type="button" className={styles.order} onClick={() => onOrder(next)}>
        {header}
        <svg aria-hidden="true" width="8" height="10" viewBox="0 0 8 10" data-direction={direction}>
          <path d="M4 0 7.4 4H.6z" />
          <path d="M4 10 .6 6h6.8z" />
        </svg>
      </button>
    </th>
  )
}

function ordered<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  order: Order | undefined,
): readonly Row[] {
  const descending = order?.startsWith('-') ?? false
  const id = descending ? order?.slice(1) : order
  const orderBy = columns.find((column) => column.id === id)?.orderBy
  if (!orderBy) return rows
  return rows.toSorted((a, b) => {
    const [x, y] = [orderBy(a), orderBy(b)]
    if (x === null || y === null) return Number(x === null) - Number(y === null)
    const difference =
      typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y))
    return descending ? -difference : difference
  })
}
