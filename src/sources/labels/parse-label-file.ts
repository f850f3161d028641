import { reasonOf } from '../../errors.js'
import { rowsOfAnnotations } from './annotations.js'
import { rowsOfJson } from './json.js'
import { rowsOfJsonLines } from './json-lines.js'
import { type LabelColumns, type LabelRow, NoLabels, WrongLabels } from './label-row.js'
import { rowsOfTable } from './table.js'

/** Reads a file of labels; its name says the format. Throws NoLabels or WrongLabels. */
export function parseLabelFile(name: string, bytes: Buffer, columns: LabelColumns): LabelRow[] {
  const text = textOf(bytes)
  const [, parse] = formats.find(([pattern]) => pattern.test(name)) ?? []
  if (parse === undefined) throw new NoLabels('a file of labels ends in .csv, .tsv, .jsonl, .ndjson or .json')
  try {
    return parse(text, columns)
  } catch (error) {
    if (error instanceof NoLabels || error instanceof WrongLabels) throw error
    throw new WrongLabels(reasonOf(error).replace(/\.$/, ''))
  }
}

/** Files that may hold labels, by their names. */
export const mayHoldLabels = (name: string): boolean =>
  formats.some(([pattern]) => pattern.test(name)) && !/sample_?submission/i.test(name)

/** Files that hold nothing but labels, by their names: a mistake in one is told, where others are left. */
export const isForLabels = (name: string): boolean =>
  /^(metadata|labels|annotations)\.(csv|tsv|jsonl)$|^val_annotations\.txt$|^split_.*\.json$|coco.*\.json$/i.test(
    name,
  )

type Parse = (text: string, columns: LabelColumns) => LabelRow[]

const formats: readonly (readonly [RegExp, Parse])[] = [
  [/^val_annotations\.txt$/, rowsOfAnnotations],
  [/\.(csv|tsv)$/i, rowsOfTable],
  [/\.(jsonl|ndjson)$/i, rowsOfJsonLines],
  [/\.json$/i, rowsOfJson],
]

/** UTF-8, or UTF-16 with its mark, as spreadsheets save it. */
const textOf = (bytes: Buffer): string =>
  bytes[0] === 0xff && bytes[1] === 0xfe
    ? bytes.subarray(2).toString('utf16le')
    : bytes.toString('utf8').replace(/^\ufeff/, '')
