import { parquetWriteBuffer } from 'hyparquet-writer'

export interface ParquetRow {
  /** Null for a row without an image. */
  readonly image: Buffer | null
  readonly label: number | string | null
}

export interface ParquetOptions {
  /** The name of the column of labels. */
  readonly labelColumn?: string
  /** The names of the classes, in the metadata of the `datasets` library; without them there is no such metadata. */
  readonly classNames?: readonly string[]
  readonly rowsPerGroup?: number
}

/** A parquet file as the `datasets` library writes it: images as a struct of bytes and a path, and a column of labels. */
export function parquetOf(
  rows: readonly ParquetRow[],
  { labelColumn = 'label', classNames, rowsPerGroup = 100 }: ParquetOptions = {},
): Buffer {
  const isText = rows.some(({ label }) => typeof label === 'string')
  const features = {
    image: { _type: 'Image' },
    [labelColumn]: { _type: 'ClassLabel', names: classNames },
  }
  const buffer = parquetWriteBuffer({
    schema: [
      { name: 'root', num_children: 2 },
      { name: 'image', num_children: 2, repetition_type: 'OPTIONAL' },
      { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
      { name: 'path', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      isText
        ? { name: labelColumn, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' }
        : { name: labelColumn, type: 'INT64', repetition_type: 'OPTIONAL' },
    ],
    columnData: [
      {
        name: 'image',
        data: rows.map(({ image }) => (image ? { bytes: new Uint8Array(image), path: null } : null)),
      },
      {
        name: labelColumn,
        data: rows.map(({ label }) => (typeof label === 'number' ? BigInt(label) : label)),
      },
    ],
    rowGroupSize: rowsPerGroup,
    ...(classNames && {
      kvMetadata: [{ key: 'huggingface', value: JSON.stringify({ info: { features } }) }],
    }),
  })
  return Buffer.from(buffer)
}
