import { asyncBufferFromFile, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'

import { compressors } from 'hyparquet-compressors'
import { errors, reasonOf, ShotboardError } from '../../errors.js'
import { throwIfCancelled } from '../../system/abort.js'
import type { LabelColumns } from '../labels/label-row.js'
import type { FileReader, Source, SourceFile, SourceLimits } from '../source.js'
import { type Split, splitNamed, splitWithin } from '../well-known-names.js'
import { type ParquetColumns, parquetColumns } from './columns.js'
import { type Features, featuresOfMetadata } from './features.js'

export interface ParquetFile {
  readonly path: string
  /** The path in its source, which may name its split, as `data/train-00000-of-00002.parquet` does. */
  readonly name: string
  /** What its README.md says of its columns. The file's own metadata goes before. */
  readonly features: Features
  /** Columns that are chosen; the others are found. */
  readonly columns: LabelColumns
}

/** The name of the table of labels of a parquet file. */
const labelsName = 'metadata.jsonl'
/** Row groups are read whole, so larger ones are refused. The `datasets` library writes 100 images a group. */
const maxGroupMegabytes = 512
/** Labels that are read at a time. */
const labelsPerRead = 100_000

/**
 * Opens a parquet file with a column of images and one of labels as a source: an image a row, named after its row, and a table
 * of their labels and splits. Row groups are read one by one, so memory stays bounded. Throws INVALID_PARQUET for a file that is
 * cut short, lacks a column, or has a label that stands for no class.
 */
export async function openParquet(
  { path, name, features: described, columns: given }: ParquetFile,
  { maxImportedFileMegabytes }: Pick<SourceLimits, 'maxImportedFileMegabytes'>,
): Promise<Source> {
  const invalid = (reason: string): ShotboardError => errors.invalidParquet({ file: name, reason })
  const file = await asyncBufferFromFile(path)
  const metadata = await told(invalid, () => parquetMetadataAsync(file))
  const columns = await told(invalid, async () => {
    const own = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value
    return parquetColumns(metadata, { ...described, ...(own && featuresOfMetadata(own)) }, given)
  })
  requireSmallGroups(metadata, invalid)
  const rows = Number(metadata.num_rows)
  const split = splitOf(name)

  const read = (column: string, rowStart: number, rowEnd: number): Promise<Record<string, unknown>[]> =>
    parquetReadObjects({ file, metadata, compressors, utf8: false, columns: [column], rowStart, rowEnd })

  /** A line of JSON a row, in the form in which dataset hubs have labels beside images. */
  async function table(): Promise<Buffer> {
    const lines: string[] = []
    for (let from = 0; from < rows; from += labelsPerRead) {
      const to = Math.min(rows, from + labelsPerRead)
      const labels = await read(columns.label, from, to)
      const splits = columns.split === undefined ? [] : await read(columns.split, from, to)
      for (const [i, record] of labels.entries()) {
        const label = nameOfLabel(record[columns.label], from + i, columns)
        const own = columns.split === undefined ? undefined : splits[i]?.[columns.split]
        lines.push(
          JSON.stringify({
            [given.path ?? 'file_name']: rowName(from + i),
            [given.label ?? 'label']: label,
            [given.split ?? 'split']: own ?? split,
          }),
        )
      }
    }
    return Buffer.from(lines.join('\n'))
  }

  async function* images(wanted: readonly SourceFile[], signal?: AbortSignal): AsyncGenerator<FileReader> {
    let at = 0
    let start = 0
    for (const group of metadata.row_groups) {
      const end = start + Number(group.num_rows)
      const inGroup: number[] = []
      while (at < wanted.length && (wanted[at] as SourceFile).at - 1 < end) {
        inGroup.push((wanted[at++] as SourceFile).at - 1 - start)
      }
      throwIfCancelled(signal)
      if (inGroup.length > 0) {
        const records = await read(columns.image, start, end).catch((error: unknown) => {
          const reason = `rows ${start + 1} to ${end} cannot be read: ${reasonOf(error)}`
          return errors.invalidImage({ reason })
        })
        for (const row of inGroup) {
          yield async () => {
            if (records instanceof ShotboardError) throw records
            return bytesOf(records[row]?.[columns.image], maxImportedFileMegabytes)
          }
        }
      }
      start = end
    }
  }

  return {
    name,
    files: async () => [
      { path: labelsName, at: 0 },
      ...Array.from({ length: rows }, (_, row) => ({ path: rowName(row), at: row + 1 })),
    ],
    async *readers(files, signal) {
      if (files[0]?.at === 0) yield () => told(invalid, table)
      yield* images(
        files.filter(({ at }) => at > 0),
        signal,
      )
    },
    invalid,
    close: () => Promise.resolve(),
  }
}

const rowName = (row: number): string => `${String(row).padStart(7, '0')}.jpg`

async function told<T>(invalid: (reason: string) => ShotboardError, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof ShotboardError ? error : invalid(reasonOf(error).replace(/\.$/, ''))
  }
}

/** The split that the file is named after, or else a folder that it lies in. */
function splitOf(name: string): Split | undefined {
  const [file = '', ...folders] = name
    .replace(/\.parquet$/i, '')
    .split('/')
    .reverse()
  const [split] = folders.flatMap((folder) => splitNamed(folder) ?? [])
  return splitWithin(file) ?? split
}

function requireSmallGroups(metadata: FileMetaData, invalid: (reason: string) => ShotboardError): void {
  for (const [i, { total_byte_size: bytes }] of metadata.row_groups.entries()) {
    const megabytes = Math.ceil(Number(bytes) / 2 ** 20)
    if (megabytes <= maxGroupMegabytes) continue
    const reason = `row group ${i + 1} has ${megabytes} MB, more than ${maxGroupMegabytes} MB; write smaller row groups`
    throw invalid(reason)
  }
}

/** The name of a row's class; undefined for a row without a label, which the `datasets` library writes as -1. */
function nameOfLabel(value: unknown, row: number, { label, classNames }: ParquetColumns): string | undefined {
  if (value === null || value === undefined) return undefined
  if (classNames === undefined || typeof value === 'string') return String(value)
  const number = Number(value)
  if (number === -1) return undefined
  const name = classNames[number]
  if (name !== undefined) return name
  throw new Error(`row ${row + 1} has the ${label} ${value}, but there are ${classNames.length} classes`)
}

function bytesOf(image: unknown, megabytes: number): Buffer {
  const bytes = typeof image === 'object' && image !== null && 'bytes' in image ? image.bytes : image
  if (!(bytes instanceof Uint8Array)) throw errors.invalidImage({ reason: 'its row has no bytes' })
  if (bytes.length > megabytes * 2 ** 20) throw errors.fileTooLarge({ megabytes })
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
