import { type FileMetaData, parquetSchema, type SchemaTree } from 'hyparquet'
import { columnNamed } from '../labels/columns.js'
import type { LabelColumns } from '../labels/label-row.js'
import type { Features } from './features.js'

/** The columns of a parquet file that an import reads. */
export interface ParquetColumns {
  readonly image: string
  readonly label: string
  readonly split: string | undefined
  /** The names of the classes that the numbers of `label` stand for, if they do. */
  readonly classNames: readonly string[] | undefined
}

/** Names of columns of images. */
const imageColumns = ['image', 'img', 'picture', 'photo', 'jpg', 'png', 'webp']

/**
 * Finds the columns of images, labels and splits of a parquet file: those that are given, or else by their features, types and
 * names. Throws an error with what the file lacks; its message says what to choose.
 */
export function parquetColumns(
  metadata: FileMetaData,
  features: Features,
  given: LabelColumns,
): ParquetColumns {
  const columns = parquetSchema(metadata).children
  const names = columns.map(({ element }) => element.name)
  const required = (name: string | undefined): string | undefined => {
    if (name === undefined || names.includes(name)) return name
    throw new Error(`it has no column "${name}"; its columns: ${names.join(', ')}`)
  }
  const image = required(given.path) ?? only('images', imagesAmong(columns, features), names, 'path')
  const others = names.filter((name) => name !== image)
  const label =
    required(given.label) ??
    columnNamed('label', others) ??
    only(
      'labels',
      others.filter((name) => features[name]?.classNames),
      names,
      'label',
    )
  const split = required(given.split) ?? columnNamed('split', others)
  return { image, label, split, classNames: features[label]?.classNames }
}

/** Columns of images by their features; or else those with bytes in a struct, or with bytes and the name of one of images. */
function imagesAmong(columns: readonly SchemaTree[], features: Features): string[] {
  const described = columns.filter(({ element }) => features[element.name]?.isImage)
  const withBytes = columns.filter(({ children }) =>
    children.some(({ element }) => element.name === 'bytes' && element.type === 'BYTE_ARRAY'),
  )
  const named = columns.filter(
    ({ element: { name, type, converted_type: text } }) =>
      type === 'BYTE_ARRAY' && text === undefined && imageColumns.includes(name.toLowerCase()),
  )
  const [found = []] = [described, withBytes, named].filter(({ length }) => length > 0)
  return found.map(({ element }) => element.name)
}

function only(
  what: string,
  found: readonly string[],
  names: readonly string[],
  option: 'path' | 'label',
): string {
  const [one, ...more] = found
  if (one !== undefined && more.length === 0) return one
  const problem = one === undefined ? `no column of ${what}` : `several columns of ${what}`
  throw new Error(`it has ${problem}: choose one with --${option}-column; its columns: ${names.join(', ')}`)
}
