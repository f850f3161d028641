import type { ComparisonStateFragment } from '../../api/generated'

export type Row = ComparisonStateFragment['rows'][number]
type Named = Pick<Row['method'], 'id' | 'name'>

/** A method in a space over all numbers of shots: a line of the chart, a row of the table. */
export interface Line {
  readonly key: string
  readonly label: string
  /** Whose features its rows are of: lines are made of one encoder's rows. */
  readonly encoder: string
  readonly method: Row['method']
  readonly space: Row['space']
  /** By number of shots. */
  readonly rows: ReadonlyMap<number, Row>
}

/** Names a method in a space in addresses: `tip-adapter@whitened`. */
export const keyOf = ({
  method,
  space,
}: {
  readonly method: { readonly id: string }
  readonly space: { readonly id: string } | null
}): string => (space ? `${method.id}@${space.id}` : method.id)

export const labelOf = ({
  method,
  space,
}: {
  readonly method: Named
  readonly space: Named | null
}): string => (space ? `${method.name} in ${space.id}` : method.name)

/** Rows by method and space, in the order in which they first come. */
export function linesOf(rows: readonly Row[]): Line[] {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const group = groups.get(keyOf(row))
    if (group) group.push(row)
    else groups.set(keyOf(row), [row])
  }
  return [...groups].flatMap(([key, group]) => {
    const [first] = group
    if (!first) return []
    const { method, space, encoder } = first
    const byShots = new Map(group.map((row) => [row.shots, row]))
    return [{ key, label: labelOf(first), encoder: encoder.id, method, space, rows: byShots }]
  })
}

export const shotsOf = (rows: readonly Row[]): number[] =>
  [...new Set(rows.map(({ shots }) => shots))].sort((a, b) => a - b)

/** Lines by accuracy at a number of shots, the best first; those without that number are left out. */
export function rankedAt(lines: readonly Line[], shots: number): Line[] {
  const at = (line: Line) => line.rows.get(shots)?.accuracy.mean ?? Number.NEGATIVE_INFINITY
  return lines.filter((line) => line.rows.has(shots)).toSorted((a, b) => at(b) - at(a))
}
