import { stringify } from 'csv-stringify/sync'
import { parquetWriteBuffer } from 'hyparquet-writer'
import type { ClassificationFormat, Split } from '../../store/enums.js'

/** A classifier's answer to an image of a dataset, as it is written. */
export interface WrittenAnswer {
  /** The key of the object in a bucket; undefined for an image of a dataset. */
  readonly file?: string
  /** The SHA-256 of the image; null if an object of a bucket was not read. */
  readonly image: string | null
  /** Its class in the dataset; null without a label. */
  readonly label: string | null
  readonly split: Split | null
  /** The best classes, best first; empty if the image cannot be read. */
  readonly top: readonly { readonly class: string; readonly probability: number }[]
  /** The classes of the set, the most probable first; null if no set can be told. */
  readonly set: readonly string[] | null
  readonly isNoneOfThese: boolean | null
  readonly isInSupportSet: boolean
  /** The code of why there is no answer; null if there is one. */
  readonly error: string | null
}

interface Column {
  readonly name: string
  readonly type: 'STRING' | 'DOUBLE' | 'BOOLEAN'
  readonly of: (answer: WrittenAnswer) => string | number | boolean | null
}

const nameOf = ({ file }: WrittenAnswer): string | null => file ?? null

const columnsOf = (topK: number, withFiles: boolean): readonly Column[] => [
  ...(withFiles ? [{ name: 'file', type: 'STRING' as const, of: nameOf }] : []),
  { name: 'image', type: 'STRING', of: ({ image }) => image },
  { name: 'label', type: 'STRING', of: ({ label }) => label },
  { name: 'split', type: 'STRING', of: ({ split }) => split },
  ...Array.from({ length: topK }, (_, i): Column[] => {
    const ending = i === 0 ? '' : `_${i + 1}`
    return [
      { name: `class${ending}`, type: 'STRING', of: ({ top }) => top[i]?.class ?? null },
      { name: `probability${ending}`, type: 'DOUBLE', of: ({ top }) => top[i]?.probability ?? null },
    ]
  }).flat(),
  { name: 'none_of_these', type: 'BOOLEAN', of: ({ isNoneOfThese }) => isNoneOfThese },
  // A list, since a name may have any character.
  { name: 'set', type: 'STRING', of: ({ set }) => set && JSON.stringify(set) },
  { name: 'in_support_set', type: 'BOOLEAN', of: ({ isInSupportSet }) => isInSupportSet },
  { name: 'error', type: 'STRING', of: ({ error }) => error },
]

export interface AnswerFormat {
  readonly format: ClassificationFormat
  readonly topK: number
  /** Whether the answers are to objects of a bucket, whose keys are a column. */
  readonly withFiles: boolean
}

/** The ending of the files of a format. */
export const endingOf = (format: ClassificationFormat): string => `.${format.toLowerCase()}`

/**
 * Answers as a CSV (RFC 4180, with a header; a text that a spreadsheet would read as a formula gets an apostrophe in front) or as
 * Parquet. Without a value, a cell of the CSV is empty and one of Parquet is null. The set is a list in JSON.
 */
export function writeAnswers(
  answers: readonly WrittenAnswer[],
  { format, topK, withFiles }: AnswerFormat,
): Uint8Array {
  const columns = columnsOf(topK, withFiles)
  if (format === 'PARQUET') {
    return new Uint8Array(
      parquetWriteBuffer({
        columnData: columns.map(({ name, type, of }) => ({ name, type, data: answers.map(of) })),
        createdBy: 'shotboard',
      }),
    )
  }
  const text = stringify(
    answers.map((answer) => columns.map(({ of }) => of(answer))),
    {
      header: true,
      columns: columns.map(({ name }) => name),
      record_delimiter: 'windows',
      escape_formulas: true,
      cast: { boolean: String },
    },
  )
  return Buffer.from(text)
}
