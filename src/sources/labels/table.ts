import { parse } from 'csv-parse/sync'
import type { LabelColumns, LabelRow } from './label-row.js'
import { NoLabels } from './label-row.js'
import { rowsOfRecords } from './rows-of-records.js'

/** The labels of a table with a header, whose columns are separated by commas, semicolons or tabs. Throws as `rowsOfRecords`. */
export function rowsOfTable(text: string, columns: LabelColumns): LabelRow[] {
  const [first = '', ...rows] = linesOf(text, separatorOf(text))
  const header = [...first].map((name) => name.trim())
  if (header.length < 2) throw new NoLabels('it has fewer than two columns')
  const records = rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i] ?? ''])))
  return rowsOfRecords(records, header, columns)
}

function linesOf(text: string, delimiter: string): string[][] {
  return parse(text, {
    bom: true,
    delimiter,
    // Programs write rows without their last, empty columns.
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
  })
}

/** The separator that the header has most of. */
function separatorOf(text: string): string {
  const [header = ''] = text.split(/\r?\n/, 1)
  const bare = header.replace(/"[^"]*"/g, '')
  const count = (separator: string): number => bare.split(separator).length
  return [',', ';', '\t'].reduce((most, each) => (count(each) > count(most) ? each : most))
}
