import type { ComparisonStateFragment } from '../../api/generated'

export type Row = ComparisonStateFragment['rows']['nodes'][number]
type Named = Pick<Row['method'], 'id' | 'name'>

/** A method in a space at all numbers of shots: a line of the chart and a row of the table. */
export interface Line {
  readonly key: string
  readonly label: string
  /** The encoder of its rows. A line has rows of one encoder only. */
  readonly encoder: string
  readonly method: Row['method']
  readonly space: Row['space']
  /** By number of shots. */
  readonly rows: ReadonlyMap<number, Row>
}

/** Identifies a method in a space in URLs: `tip-adapter@whitened`. */
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

/** Groups rows by method and space, in order of first appearance. */
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

/** Lines by accuracy at a number of shots, best first, without lines that lack that number. */
export function rankedAt(lines: readonly Line[], shots: number): Line[] {
  const at = (line: Line) => line.rows.get(shots)?.accuracy.mean ?? Number.NEGATIVE_INFINITY
  return lines.filter((line) => line.rows.has(shots)).toSorted((a, b) => at(b) - at(a))
}

/** As many lines as can be told apart in a chart. */
const maxLeading = 6

/**
 * The keys of the lines to draw in full: all if they are few, and otherwise the best line of each of the best methods, with
 * the baseline.
 */
export function leadingOf(ranked: readonly Line[], baseline: Line | undefined): ReadonlySet<string> {
  if (ranked.length <= maxLeading) return new Set(ranked.map(({ key }) => key))
  const best = new Map<string, Line>()
  for (const line of ranked) if (!best.has(line.method.id)) best.set(line.method.id, line)
  const others = [...best.values()].filter((line) => line.method.id !== baseline?.method.id)
  return new Set([...others.slice(0, maxLeading - 1), ...(baseline ? [baseline] : [])].map(({ key }) => key))
}
