// Writes the tables of docs/accuracy.md from docs/accuracy.csv, between the marks `<!-- table NAME -->` and `<!-- end -->`.
// Run: npx tsx docs/figures/accuracy-tables.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

type Column = readonly [name: string, method: string, space: string]
const alone: readonly Column[] = [
  ['Shared prototype', 'shared-prototype', 'plda'],
  ['Prototype', 'prototype', 'plda'],
  ['Prototype', 'prototype', 'generic+shrunk'],
  ['k nearest neighbours', 'knn', 'plda'],
  ['Ridge regression', 'ridge', 'shrunk'],
  ['Prototype', 'prototype', 'shrunk'],
  ['Prototype', 'prototype', 'whitened'],
  ['Gaussian discriminant', 'gda', 'clip'],
  ['Linear discriminant', 'lda', 'clip'],
  ['Prototype', 'prototype', 'clip'],
  ['Tip-Adapter', 'tip-adapter', 'clip'],
]
const texts: readonly Column[] = [
  ['Shared prototype', 'shared-prototype', 'plda'],
  ['TransCLIP', 'transclip', 'clip'],
  ['Prototype with texts', 'text-prototype', 'plda'],
  ['Prototype with texts', 'text-prototype', 'shrunk'],
  ['TIMO', 'timo', 'clip'],
  ['Prototype', 'prototype', 'plda'],
  ['ProKeR', 'proker', 'clip'],
  ['APE', 'ape', 'clip'],
  ['Prototype', 'prototype', 'shrunk'],
  ['Gaussian discriminant', 'gda', 'clip'],
  ['Tip-X', 'tip-x', 'clip'],
  ['Tip-Adapter', 'tip-adapter', 'clip'],
  ['Zero-shot CLIP', 'zero-shot', ''],
]

const counts = [1, 2, 4, 8, 16]
const accuracies = new Map(
  readFileSync(here('../accuracy.csv'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','))
    .map((row) => [row.slice(0, 6).join(','), Number(row[6])]),
)

interface Table {
  readonly columns: readonly Column[]
  readonly withTexts: boolean
  readonly selection: 'VALIDATION' | 'LEAVE_ONE_OUT'
  /** The groups of data sets whose means stand in a cell. */
  readonly groups: readonly (readonly string[])[]
}

/** The mean accuracy over data sets; undefined if one was not measured. */
function meanOf(datasets: readonly string[], shots: number, table: Table, [, method, space]: Column) {
  const found = datasets.map((dataset) =>
    accuracies.get([dataset, shots, table.selection, table.withTexts, method, space].join(',')),
  )
  const measured = found.filter((value) => value !== undefined)
  if (measured.length < found.length) return undefined
  return measured.reduce((sum, value) => sum + value, 0) / measured.length
}

/** Rows of a cell for each number of shots; the greatest of each group is bold. */
function linesOf(table: Table): string[] {
  const values = table.columns.map((column) =>
    counts.map((shots) => table.groups.map((group) => meanOf(group, shots, table, column)?.toFixed(1))),
  )
  const isBest = (value: string, i: number, g: number) =>
    values.every((row) => !(Number(row[i]?.[g] ?? 0) > Number(value)))
  return table.columns.map(([name, , space], at) => {
    const cells = (values[at] ?? []).map((groups, i) => {
      const shown = groups.map((value, g) =>
        value === undefined ? undefined : isBest(value, i, g) ? `**${value}**` : value,
      )
      return shown[0] === undefined ? '–' : shown.filter((value) => value !== undefined).join(' / ')
    })
    return `| ${[name, space || '–', ...cells].join(' | ')} |`
  })
}

const tables: Readonly<Record<string, Table>> = {
  alone: {
    ...{ columns: alone, withTexts: false, selection: 'VALIDATION' },
    groups: [['caltech61', 'dtd', 'flowers102'], ['sun397']],
  },
  texts: {
    ...{ columns: texts, withTexts: true, selection: 'VALIDATION' },
    groups: [['caltech61', 'dtd'], ['sun397']],
  },
  'texts, leave-one-out': {
    ...{ columns: texts, withTexts: true, selection: 'LEAVE_ONE_OUT' },
    groups: [['dtd'], ['caltech61'], ['sun397']],
  },
}

const page = here('../accuracy.md')
let written = readFileSync(page, 'utf8')
for (const [name, table] of Object.entries(tables)) {
  const mark = `<!-- table ${name} -->`
  const [before = '', after] = written.split(mark)
  if (after === undefined) throw new Error(`docs/accuracy.md has no mark ${mark}`)
  const lines = [
    '| method | space | 1 | 2 | 4 | 8 | 16 |',
    '|---|---|---|---|---|---|---|',
    ...linesOf(table),
  ]
  written = `${before}${mark}\n${lines.join('\n')}\n${after.slice(after.indexOf('<!-- end -->'))}`
}
writeFileSync(page, written)
