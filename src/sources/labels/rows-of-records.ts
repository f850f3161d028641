import { splitNames } from '../well-known-names.js'
import {
  type ChosenColumns,
  chooseColumns,
  isNoSplit,
  knownSplit,
  type LabelRecord,
  textOf,
  yesOrNo,
} from './columns.js'
import { type LabelContext, type LabelRow, WrongLabels } from './label-row.js'

/**
 * The labels of a table. Columns that are not given are found by their names, or by what they hold. An image with several labels
 * has several rows. Throws NoLabels if it has no such columns, and WrongLabels if a given column is missing, or if a split is
 * unknown.
 */
export function rowsOfRecords(
  records: readonly LabelRecord[],
  header: readonly string[],
  context: LabelContext,
): LabelRow[] {
  const columns = chooseColumns(records, header, context)
  const isDenied = denials(records, header)
  return records.flatMap((record, i): LabelRow[] => {
    const path = textOf(record[columns.path])
    if (path === '' || isDenied(record)) return []
    const split = splitOf(record, columns, i)
    const labels = labelsOf(record, columns.label)
    return labels.length === 0
      ? [{ path, label: undefined, split }]
      : labels.map((label) => ({ path, label, split }))
  })
}

/** Open Images also lists what is not on an image, with a confidence of 0 among those of 1. */
function denials(
  records: readonly LabelRecord[],
  header: readonly string[],
): (record: LabelRecord) => boolean {
  const confidence = header.find((name) => /^confidence$/i.test(name.trim()))
  if (confidence === undefined) return () => false
  const answers = records.map((record) => yesOrNo(textOf(record[confidence])))
  const areAnswers = answers.every((answer) => answer !== undefined) && answers.includes(true)
  return (record) => areAnswers && yesOrNo(textOf(record[confidence])) === false
}

/** A column of Roboflow's that says that an image has no label. */
const isUnlabelled = (name: string): boolean => /^unlabell?ed$/i.test(name.trim())

function labelsOf(record: LabelRecord, label: ChosenColumns['label']): string[] {
  if (typeof label !== 'string') {
    return label.filter((name) => yesOrNo(textOf(record[name])) === true && !isUnlabelled(name))
  }
  const value = record[label]
  const texts = Array.isArray(value) ? value.map(textOf) : listOf(textOf(value))
  return [...new Set(texts.map(withoutBox).filter((text) => !isMissing(text)))]
}

/** The parts of a list as Python writes it, such as `['cat']`; or the text as a whole. */
const listOf = (text: string): string[] =>
  /^\[.*\]$/s.test(text)
    ? text
        .slice(1, -1)
        .split(',')
        .map((part) => part.trim().replace(/^(['"])(.*)\1$/s, '$2'))
    : [text]

/** Programs that work with numbers write a label that is not there as `nan`. */
const isMissing = (text: string): boolean => /^(nan)?$/i.test(text)

/** ImageNet's lists have boxes after the class, `n01440764 240 170 260 240`. */
const withoutBox = (text: string): string => /^(n\d{8})(\s+(\1|-?\d+))+$/.exec(text)?.[1] ?? text

function splitOf(record: LabelRecord, { split, yesAndNo }: ChosenColumns, row: number): LabelRow['split'] {
  const name = split === undefined ? '' : textOf(record[split])
  if (isNoSplit(name)) return undefined
  const answer = yesAndNo && yesOrNo(name)
  if (yesAndNo && answer !== undefined) return yesAndNo[answer ? 0 : 1]
  const known = knownSplit(name)
  if (known !== undefined) return known
  const names = Object.values(splitNames).flat().join(', ')
  throw new WrongLabels(`row ${row + 1} has the split "${name}", which is none of ${names}`, 'split')
}
