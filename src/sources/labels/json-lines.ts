import { parseJson } from '../../system/parse-json.js'
import { rowsOfList } from './json-values.js'
import { type LabelContext, type LabelRow, NoLabels, WrongLabels } from './label-row.js'
import { linesOf } from './text-of.js'

/** The labels of a file with a JSON object, or a pair of a path and a label, a line. Throws as `rowsOfList`, and WrongLabels for a line that is none. */
export function rowsOfJsonLines(text: string, context: LabelContext): LabelRow[] {
  const lines = linesOf(text)
  if (lines.length === 0) throw new NoLabels('it is empty')
  return rowsOfList(
    lines.map((line, i) => valueInLine(line, i + 1)),
    context,
  )
}

function valueInLine(line: string, number: number): unknown {
  let value: unknown
  try {
    value = parseJson(line)
  } catch {
    throw new WrongLabels(`line ${number} is not JSON`)
  }
  if (typeof value !== 'object' || value === null)
    throw new WrongLabels(`line ${number} is not a JSON object`)
  return value
}
