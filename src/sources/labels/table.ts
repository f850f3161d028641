import { parse } from 'csv-parse/sync'
import { splitWithin } from '../well-known-names.js'
import { knownSplit } from './columns.js'
import { type LabelContext, type LabelRow, NoLabels } from './label-row.js'
import { rowsOfRecords } from './rows-of-records.js'
import { rowsOfViaTable } from './via.js'

/**
 * The labels of a table, whose columns are separated by commas, semicolons, tabs or bars. A table may have no header: then its first
 * row names an image. Throws as `rowsOfRecords`.
 */
export function rowsOfTable(text: string, context: LabelContext, name: string): LabelRow[] {
  const content = withoutPreface(text)
  const [first = [], ...rows] = cellsOf(content, separatorOf(content))
  const header = first.map((name) => name.trim())
  if (header.length < 2) return listOf([first, ...rows], name, context)
  const hasNoHeader = header.some((cell) => cell.includes('.') && context.share([cell]) > 0)
  if (hasNoHeader) return rowsWithoutHeader([first, ...rows], context)
  const records = rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i] ?? ''])))
  return rowsOfViaTable(records, header, context) ?? rowsOfRecords(records, header, context)
}

/** A single column of images is a list of them, also with a header: its name says the split, and the folders are the classes. */
function listOf(rows: readonly (readonly string[])[], name: string, context: LabelContext): LabelRow[] {
  const paths = rows.flatMap(([path = '']) => (path === '' ? [] : [path]))
  const [header = '', ...others] = paths
  const split = splitWithin(name)
  const below = context.share([header]) > 0 ? paths : others
  if (below.length === 0 || split === undefined || context.share(below) < enough)
    throw new NoLabels('it has fewer than two columns')
  return below.map((path) => ({ path, label: undefined, split, byFolder: true }))
}

/** A column is one of images if this share of its values names one. */
const enough = 0.5

/** The first column of images, one of splits if there is one, and the first other one. */
function rowsWithoutHeader(rows: readonly (readonly string[])[], context: LabelContext): LabelRow[] {
  const columns = (rows[0] ?? []).map((_, i) => rows.map((row) => (row[i] ?? '').trim()))
  const path = columns.findIndex((values) => context.share(values) > 0 && (values[0] ?? '').includes('.'))
  const split = columns.findIndex((values) =>
    values.every((value) => /^unassigned$/i.test(value) || knownSplit(value)),
  )
  const label = columns.findIndex(
    (values, i) => i !== path && i !== split && values.some((value) => value !== ''),
  )
  if (label < 0) throw new NoLabels('it has no column of labels')
  return rowsOfRecords(
    rows.map((_, i) => ({
      path: columns[path]?.[i],
      label: columns[label]?.[i],
      split: columns[split]?.[i] ?? '',
    })),
    ['path', 'label', 'split'],
    { ...context, columns: {} },
  )
}

function cellsOf(text: string, delimiter: string): string[][] {
  return parse(text, {
    bom: true,
    delimiter,
    // Programs write rows without their last, empty columns.
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    // Inches, as in `7" nail`.
    relax_quotes: true,
  })
}

/** Spreadsheets write a line with their separator before the header, and programs write remarks and empty lines. VIA's header looks like a remark. */
const withoutPreface = (text: string): string =>
  text.replace(/^\ufeff?(sep=.?\r?\n|#(?!filename,)[^\n]*\n|[^\S\n]*\n)+/i, '')

/** The separator that the header has most of. */
function separatorOf(text: string): string {
  const [header = ''] = text.split(/\r?\n/, 1)
  const bare = header.replace(/"[^"]*"/g, '')
  const count = (separator: string): number => bare.split(separator).length
  const most = [',', ';', '\t', '|'].reduce((best, each) => (count(each) > count(best) ? each : best))
  return count(most) > 1 ? most : ' '
}
