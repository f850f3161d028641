import { type Split, splitNamed } from '../well-known-names.js'
import { type LabelColumns, type LabelContext, NoLabels, WrongLabels } from './label-row.js'
import { oneHotColumns } from './one-hot.js'

/** A row of a table, with what each column has. */
export type LabelRecord = Readonly<Record<string, unknown>>

/** Which columns of a table hold what. */
export interface ChosenColumns {
  readonly path: string
  /** A column of labels, or one column a class with a 1 where the image has it. */
  readonly label: string | readonly string[]
  readonly split: string | undefined
  /** The splits of a column that says yes or no, such as `is_valid`. */
  readonly yesAndNo: readonly [Split, Split] | undefined
}

/** The names of columns, the most telling first. Case, spaces, hyphens and underscores do not count. */
const columnNames: Readonly<Record<keyof LabelColumns, readonly string[]>> = {
  path: [
    ...['file_name', 'filename', 'file_path', 'filepath', 'image_path', 'img_path', 'image_name', 'img_name'],
    ...['path', 'file', 'image_file', 'image', 'img', 'image_id', 'img_id', 'id'],
  ],
  // A column of names says more than one of numbers.
  label: [
    ...['class_name', 'classname', 'label_name', 'category_name', 'label', 'labels', 'class', 'category'],
    ...['target', 'species', 'breed', 'y', 'class_id', 'classid', 'label_id', 'labelid', 'category_id'],
    ...[
      'displayname',
      'choice',
      'choices',
      'tagname',
      'wnid',
      'synset',
      'predictionstring',
      'diagnosis',
      'dx',
    ],
  ],
  split: ['split', 'subset', 'partition', 'set', 'data_set', 'ml_use'],
}

/** Columns of yes and no, with the splits that they mean. */
const yesAndNoColumns: Readonly<Record<string, readonly [Split, Split]>> = {
  istrain: ['SUPPORT_POOL', 'TEST'],
  istraining: ['SUPPORT_POOL', 'TEST'],
  istrainingimage: ['SUPPORT_POOL', 'TEST'],
  isvalid: ['VALIDATION', 'SUPPORT_POOL'],
  isval: ['VALIDATION', 'SUPPORT_POOL'],
  isvalidation: ['VALIDATION', 'SUPPORT_POOL'],
  istest: ['TEST', 'SUPPORT_POOL'],
}

/** Columns that tell about an image in other ways. */
const otherNames =
  /text|caption|description|prompt|sentence|comment|url|date|time|size|width|height|hash|md5/i

const plain = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, '')

/** The name of a value inside others, such as `image.path`, is its last part. */
const lastPart = (name: string): string => plain(name).split(/[./]/).at(-1) ?? ''

/**
 * Finds the columns of a table by their names, and else by what they hold: paths are where images are named, labels are the only
 * other column, or one column a class. Throws NoLabels if there are none, and WrongLabels if a given column is missing.
 */
export function chooseColumns(
  records: readonly LabelRecord[],
  header: readonly string[],
  { columns: given, byName, share }: LabelContext,
): ChosenColumns {
  const shareOf = (column: string): number => share(records.map((record) => textOf(record[column])))
  const isOfNumbers = (column: string): boolean =>
    records.every((record) => /^\d*$/.test(textOf(record[column])))
  const path =
    givenColumn('path', header, given) ?? pathColumn(header, shareOf, (column) => !isOfNumbers(column))
  const missing = (what: string) =>
    new NoLabels(`it has no column of ${what} by its names; its columns: ${header.join(', ')}`)
  const label = givenColumn('label', header, given)
  if (path === undefined) throw missing('paths')
  const others = header.filter((name) => name !== path)
  const yesAndNo = others.find((name) => lastPart(name) in yesAndNoColumns)
  const split = givenColumn('split', header, given) ?? columnNamed('split', others) ?? yesAndNo
  const rest = others.filter((name) => name !== split)
  const found =
    label ??
    columnNamed('label', rest) ??
    (byName ? undefined : (labelColumns(records, rest, shareOf) ?? columnOfLabels(rest)))
  if (found === undefined) throw missing('labels')
  return {
    path,
    label: found,
    split,
    yesAndNo: split === undefined ? undefined : yesAndNoColumns[lastPart(split)],
  }
}

/**
 * A column whose name is that of paths and which names images; else the one that names most, and not by bare numbers; else any of that
 * name.
 */
function pathColumn(
  header: readonly string[],
  shareOf: (column: string) => number,
  mayBePaths: (column: string) => boolean,
): string | undefined {
  const named = allNamed('path', header)
  const shares = new Map(header.map((name) => [name, shareOf(name)]))
  const telling = named.find((name) => (shares.get(name) ?? 0) >= enough)
  if (telling !== undefined) return telling
  const [most] = header.filter(mayBePaths).toSorted((a, b) => (shares.get(b) ?? 0) - (shares.get(a) ?? 0))
  return most !== undefined && (shares.get(most) ?? 0) >= enough ? most : named[0]
}

const enough = 0.5

/** One column a class, or the only column that may be of labels. */
function labelColumns(
  records: readonly LabelRecord[],
  rest: readonly string[],
  shareOf: (column: string) => number,
): string | readonly string[] | undefined {
  const oneHot = oneHotColumns(
    rest,
    records.map((record) => rest.map((name) => textOf(record[name]))),
  )
  if (oneHot.length > 0) return oneHot
  const candidates = rest.filter(
    (name) =>
      name.trim() !== '' &&
      !otherNames.test(name) &&
      shareOf(name) === 0 &&
      mayBeLabels(records.map((record) => textOf(record[name]))),
  )
  return candidates.length === 1 ? candidates[0] : undefined
}

/** Labels repeat, and are no measures. */
function mayBeLabels(values: readonly string[]): boolean {
  const given = values.filter((value) => value !== '')
  const isMeasure = given.some((value) => /^-?\d*\.\d+$|^-\d/.test(value))
  const manyRows = 20
  return !isMeasure && given.length > 0 && (given.length < manyRows || new Set(given).size < given.length)
}

function givenColumn(
  kind: keyof LabelColumns,
  header: readonly string[],
  given: LabelColumns,
): string | undefined {
  const wanted = given[kind]
  if (wanted === undefined) return undefined
  const found = header.find((name) => name === wanted) ?? header.find((name) => plain(name) === plain(wanted))
  if (found !== undefined) return found
  throw new WrongLabels(`it has no column "${wanted}"; its columns: ${header.join(', ')}`, kind)
}

/** The column whose name tells what it holds. */
export const columnNamed = (kind: keyof LabelColumns, header: readonly string[]): string | undefined =>
  allNamed(kind, header)[0]

const allNamed = (kind: keyof LabelColumns, header: readonly string[]): string[] =>
  columnNames[kind].map(plain).flatMap((name) => {
    const whole = header.filter((column) => plain(column) === name)
    return whole.length > 0 ? whole : header.filter((column) => lastPart(column) === name)
  })

/** The only column with a word of labels in its name, such as `Finding Labels`. */
function columnOfLabels(header: readonly string[]): string | undefined {
  const [only, ...others] = header.filter(
    (name) =>
      /(^|[\W_])(labels?|class(es)?|categor(y|ies)|species|diagnosis)([\W_]|$)/i.test(name) &&
      !otherNames.test(name),
  )
  return others.length === 0 ? only : undefined
}

/** Texts and numbers as text; a truth value as 1 or 0; anything else as nothing. */
export const textOf = (value: unknown): string =>
  typeof value === 'string'
    ? value.trim()
    : typeof value === 'number'
      ? String(value)
      : typeof value === 'boolean'
        ? String(Number(value))
        : ''

/** Whether a text says yes; undefined if it says neither. */
export function yesOrNo(text: string): boolean | undefined {
  if (/^(1|1\.0|true|yes|y)$/i.test(text)) return true
  return /^(0|0\.0|false|no|n)$/i.test(text) ? false : undefined
}

/** Tools have names for images that are in no split. */
export const isNoSplit = (name: string): boolean => /^(|unassigned|none|null|nan)$/i.test(name)

export const knownSplit = (name: string): Split | undefined => splitNamed(name)
