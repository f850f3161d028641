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
  ['Prototype', 'prototype', 'shrunk'],
  ['Nearest neighbours', 'knn', 'plda'],
  ['Gaussian discriminant', 'gda', 'clip'],
  ['Tip-Adapter', 'tip-adapter', 'clip'],
]
const texts: readonly Column[] = [
  ['Shared prototype', 'shared-prototype', 'plda'],
  ['TransCLIP', 'transclip', 'clip'],
  ['Prototype with texts', 'text-prototype', 'plda'],
  ['Prototype with texts', 'text-prototype', 'shrunk'],
  ['Prototype', 'prototype', 'plda'],
  ['TIMO', 'timo', 'clip'],
  ['Gaussian discriminant', 'gda', 'clip'],
  ['ProKeR', 'proker', 'clip'],
  ['APE', 'ape', 'clip'],
  ['Tip-Adapter', 'tip-adapter', 'clip'],
  ['Zero-shot CLIP', 'zero-shot', ''],
]
const leftOut = [
  'shared-prototype plda',
  'text-prototype plda',
  'text-prototype shrunk',
  'timo clip',
  'gda clip',
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
  readonly datasets: readonly string[]
}

/** The mean accuracy over the data sets that have so many shots; undefined if one of them was not measured. */
function meanOf(shots: number, { datasets, selection, withTexts }: Table, [, method, space]: Column) {
  const having = datasets.filter((dataset) => shots <= 8 || dataset !== 'sun397')
  const found = having.map((dataset) =>
    accuracies.get([dataset, shots, selection, withTexts, method, space].join(',')),
  )
  const measured = found.filter((value) => value !== undefined)
  if (measured.length < found.length) return undefined
  return measured.reduce((sum, value) => sum + value, 0) / measured.length
}

/** Rows of a cell for each number of shots; the greatest is bold. */
function linesOf(table: Table): string[] {
  const values = table.columns.map((column) =>
    counts.map((shots) => meanOf(shots, table, column)?.toFixed(1)),
  )
  const isBest = (value: string, i: number) => values.every((row) => !(Number(row[i] ?? 0) > Number(value)))
  return table.columns.map(([name, , space], at) => {
    const cells = (values[at] ?? []).map((value, i) =>
      value === undefined ? '–' : isBest(value, i) ? `**${value}**` : value,
    )
    return `| ${[name, space || '–', ...cells].join(' | ')} |`
  })
}

const tables: Readonly<Record<string, Table>> = {
  alone: {
    ...{ columns: alone, withTexts: false, selection: 'VALIDATION' },
    datasets: ['caltech61', 'dtd', 'flowers102', 'sun397'],
  },
  texts: {
    ...{ columns: texts, withTexts: true, selection: 'VALIDATION' },
    datasets: ['caltech61', 'dtd'],
  },
  'texts, leave-one-out': {
    columns: texts.filter(([, method, space]) => leftOut.includes(`${method} ${space}`)),
    ...{ withTexts: true, selection: 'LEAVE_ONE_OUT' },
    datasets: ['caltech61', 'dtd'],
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
