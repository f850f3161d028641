import { z } from 'zod'
import { parseJson } from '../../system/parse-json.js'
import { type LabelColumns, type LabelRow, NoLabels, WrongLabels } from './label-row.js'
import { type LabelRecord, rowsOfRecords } from './rows-of-records.js'

const recordSchema = z.record(z.string(), z.unknown())

/** The labels of a file with a JSON object a line. Throws as `rowsOfRecords`, and WrongLabels for a line that is none. */
export function rowsOfJsonLines(text: string, columns: LabelColumns): LabelRow[] {
  const records = text
    .split(/\r?\n/)
    .flatMap((line, i) => (line.trim() === '' ? [] : [recordOf(line, i + 1)]))
  return rowsOfObjects(records, columns)
}

/** The labels of objects with the same keys. */
export function rowsOfObjects(records: readonly LabelRecord[], columns: LabelColumns): LabelRow[] {
  if (records.length === 0) throw new NoLabels('it is empty')
  const header = [...new Set(records.flatMap((record) => Object.keys(record)))]
  return rowsOfRecords(records, header, columns)
}

function recordOf(line: string, number: number): LabelRecord {
  let value: unknown
  try {
    value = parseJson(line)
  } catch {
    throw new WrongLabels(`line ${number} is not JSON`)
  }
  const record = recordSchema.safeParse(value)
  if (!record.success) throw new WrongLabels(`line ${number} is not a JSON object`)
  return record.data
}
