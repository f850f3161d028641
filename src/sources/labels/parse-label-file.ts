import { reasonOf } from '../../errors.js'
import { rowsOfAnnotations } from './annotations.js'
import { rowsOfJson } from './json.js'
import { rowsOfJsonLines } from './json-lines.js'
import { type LabelContext, type LabelRow, NoLabels, WrongLabels } from './label-row.js'
import { rowsOfLines } from './list.js'
import { rowsOfTable } from './table.js'
import { textOf } from './text-of.js'

/** Reads a file of labels; its name says the format. Throws NoLabels or WrongLabels. */
export function parseLabelFile(name: string, bytes: Buffer, context: LabelContext): LabelRow[] {
  const [, parse] = formats.find(([pattern]) => pattern.test(name)) ?? []
  if (parse === undefined) {
    throw new NoLabels('a file of labels ends in .csv, .tsv, .jsonl, .ndjson, .json, .txt or .lst')
  }
  try {
    return severalLabels(wholeNumbers(parse(textOf(bytes), context, name.replace(/\.[^.]*$/, ''))))
  } catch (error) {
    if (error instanceof NoLabels || error instanceof WrongLabels) throw error
    throw new WrongLabels(reasonOf(error).replace(/\.$/, ''))
  }
}

/** Files that may hold labels, by their names. */
export const mayHoldLabels = (name: string): boolean =>
  formats.some(([pattern]) => pattern.test(name)) &&
  !/sample_?submission|^(readme|licen[cs]e|requirements)\b/i.test(name)

/** Files that hold nothing but labels, by their names: a mistake in one is told, where others are left. */
export const isForLabels = (name: string): boolean =>
  /^(metadata|labels|annotations|_classes)\.(csv|tsv|jsonl)$|^val_annotations\.txt$|^split_.*\.json$|coco.*\.json$/i.test(
    name,
  )

type Parse = (text: string, context: LabelContext, name: string) => LabelRow[]

const formats: readonly (readonly [RegExp, Parse])[] = [
  [/^val_annotations\.txt$/, rowsOfAnnotations],
  [/\.(csv|tsv)$/i, rowsOfTable],
  [/\.(jsonl|ndjson|manifest)$/i, rowsOfJsonLines],
  [/\.json$/i, rowsOfJson],
  [/\.(txt|lst|list)$/i, (text, context, name) => rowsOfLines(text, name, context)],
]

/** Where one label is missing, programs write the numbers of all others as `1.0`. */
function wholeNumbers(rows: readonly LabelRow[]): readonly LabelRow[] {
  const areNumbers = rows.every(({ label }) => label === undefined || /^\d+\.0+$/.test(label))
  return areNumbers ? rows.map((row) => ({ ...row, label: row.label?.replace(/\.0+$/, '') })) : rows
}

/**
 * Rows with several labels in one text, as in `cat|dog` or `cat,dog`, become a row for each. Without a bar, a label is several if all
 * its parts are labels of other rows; so `tench, Tinca tinca` stays one.
 */
function severalLabels(rows: readonly LabelRow[]): LabelRow[] {
  const known = new Set(rows.flatMap(({ label }) => label ?? []))
  const parts = new Map<string, readonly string[]>()
  for (const label of known) {
    const byBar = label.split(/\s*\|\s*/)
    const found = [/\s*;\s*/, /\s*,\s*/].map((separator) => label.split(separator))
    const several =
      byBar.length > 1
        ? byBar
        : found.find((texts) => texts.length > 1 && texts.every((text) => known.has(text)))
    if (several) parts.set(label, several)
  }
  const spaced = [...known].filter((label) => /\s/.test(label))
  const bySpace = spaced.map((label) => label.split(/\s+/))
  // Names such as `sea lion` beside `lion` are no lists; where every name with a space is one, they are.
  if (spaced.length > 1 && bySpace.every((texts) => texts.every((text) => known.has(text)))) {
    for (const [i, label] of spaced.entries()) parts.set(label, bySpace[i] ?? [])
  }
  if (parts.size === 0) return [...rows]
  return rows.flatMap((row) =>
    (parts.get(row.label ?? '') ?? [row.label]).map((label) => ({ ...row, label })),
  )
}
