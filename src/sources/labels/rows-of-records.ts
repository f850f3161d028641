import { splitNamed, splitNames } from '../well-known-names.js'
import { type LabelColumns, type LabelRow, NoLabels, WrongLabels } from './label-row.js'

/** A row of a table, with what each column has. */
export type LabelRecord = Readonly<Record<string, unknown>>

/** The names of columns, the most telling first. Case, spaces and hyphens do not count. */
const columnNames: Readonly<Record<keyof LabelColumns, readonly string[]>> = {
  path: [
    ...['file_name', 'filename', 'file_path', 'filepath', 'image_path', 'img_path', 'image_name', 'img_name'],
    ...['path', 'file', 'image_file', 'image', 'img', 'image_id', 'img_id', 'id'],
  ],
  // A column of names says more than one of numbers.
  label: [
    ...['class_name', 'classname', 'label_name', 'category_name', 'label', 'labels', 'class', 'category'],
    ...['target', 'species', 'breed', 'y'],
  ],
  split: ['split', 'subset', 'partition', 'set', 'data_set'],
}

const plain = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_')

/**
 * The labels of a table. Columns that are not given are found by their names. Throws NoLabels if it has no such columns, and
 * WrongLabels if a given column is missing, or if a split is unknown.
 */
export function rowsOfRecords(
  records: readonly LabelRecord[],
  header: readonly string[],
  given: LabelColumns,
): LabelRow[] {
  const path = columnOf('path', header, given)
  const label = columnOf('label', header, given)
  const split = columnOf('split', header, given)
  if (path === undefined || label === undefined) {
    const missing = path === undefined ? 'paths' : 'labels'
    throw new NoLabels(`it has no column of ${missing} by its names; its columns: ${header.join(', ')}`)
  }
  return records.flatMap((record, i) => {
    const place = textOf(record[path])
    if (place === '') return []
    const name = split !== undefined ? textOf(record[split]) : ''
    const known = splitNamed(name)
    if (name !== '' && known === undefined) throw unknownSplit(name, i)
    return [{ path: place, label: textOf(record[label]) || undefined, split: known }]
  })
}

function columnOf(
  kind: keyof LabelColumns,
  header: readonly string[],
  given: LabelColumns,
): string | undefined {
  const wanted = given[kind]
  if (wanted !== undefined) {
    const found =
      header.find((name) => name === wanted) ?? header.find((name) => plain(name) === plain(wanted))
    if (found !== undefined) return found
    throw new WrongLabels(`it has no column "${wanted}"; its columns: ${header.join(', ')}`, kind)
  }
  return columnNamed(kind, header)
}

/** The column whose name tells what it holds. */
export function columnNamed(kind: keyof LabelColumns, header: readonly string[]): string | undefined {
  for (const name of columnNames[kind]) {
    const found = header.find((column) => plain(column) === name)
    if (found !== undefined) return found
  }
  return undefined
}

function unknownSplit(name: string, row: number): WrongLabels {
  const known = Object.values(splitNames).flat().join(', ')
  return new WrongLabels(`row ${row + 1} has the split "${name}", which is none of ${known}`, 'split')
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''
