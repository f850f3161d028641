import Table from 'cli-table3'
import type { Shown, TableRow, TableSets } from './table.js'

/** A row with its prediction sets. */
type SetsRow = TableRow & { readonly sets: TableSets }

/** Formats the prediction sets of a comparison for a terminal: one line for each method and number of shots. */
export function formatSets(rows: readonly TableRow[]): string {
  const shown = rows.flatMap((row): SetsRow[] => (row.sets ? [{ ...row, sets: row.sets }] : []))
  const [first] = shown
  if (!first) return 'There are no prediction sets: no labelled image could be left out to fit them.'
  const several = new Set(rows.map(({ encoder }) => encoder)).size > 1
  const unknown = shown.find(({ sets }) => sets.unknown !== null)?.sets.unknown ?? null
  const numbers = ['in the set', 'classes', 'empty', ...(unknown ? ['turned away', 'AUROC'] : [])]
  const table = new Table({
    head: [...(several ? ['encoder'] : []), 'method', 'space', 'shots', ...numbers],
    colAligns: [
      ...(several ? ['left' as const] : []),
      ...['left' as const, 'left' as const, 'right' as const],
      ...numbers.map(() => 'right' as const),
    ],
    style: { head: [], border: [] },
  })
  for (const { encoder, name, space, shots, sets } of shown) {
    table.push([
      ...(several ? [encoder ?? '–'] : []),
      ...[name, space ?? '–', shots],
      ...[sets.coverage, sets.size, sets.empty].map(withInterval),
      ...(unknown
        ? [
            sets.unknown ? withInterval(sets.unknown.turnedAway) : '',
            sets.unknown?.areaUnderRoc?.toFixed(3) ?? '',
          ]
        : []),
    ])
  }
  const over = first.accuracy.n > 1 ? 'over images and support sets' : 'over images, for this support set'
  const promised = `${Number((100 * first.sets.promised).toFixed(2))} %`
  return [
    table.toString(),
    `How often the set holds the true class, in % (promised: ${promised}), its mean number of classes, and how often it is empty, in %, each with its 95 % interval ${over}.`,
    ...(unknown
      ? [
          `Turned away: how often the set of one of ${unknown.images} ${unknown.images === 1 ? 'image' : 'images'} of no class is empty, in %. AUROC: the chance that an image of a known class gets a more probable prediction than one of no class.`,
        ]
      : []),
  ].join('\n')
}

const withInterval = ({ mean, low, high }: Shown): string =>
  `${mean.toFixed(1)} (${low.toFixed(1)}–${high.toFixed(1)})`
