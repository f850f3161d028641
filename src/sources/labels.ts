import { parse } from 'csv-parse/sync'
import { errors, reasonOf } from '../errors.js'
import { throwIfCancelled } from '../system/abort.js'
import type { LeftFile, Source, SourceFile } from './source.js'

/** The classes that files of labels give to images. */
export interface Labels {
  of(file: SourceFile): string | undefined
  /** The files of labels. */
  readonly files: ReadonlySet<SourceFile>
  /** Files of labels that cannot be used, or name what is not there. */
  readonly left: readonly LeftFile[]
}

/** Each file name, relative to the folder of the file of labels, and its class. */
type Rows = readonly (readonly [file: string, label: string])[]

/** The files of labels that published datasets have. */
const formats: Readonly<Record<string, (text: string) => Rows>> = {
  'metadata.csv': ofMetadata,
  'val_annotations.txt': ofAnnotations,
}

/** Columns of a `metadata.csv` that may hold the class. */
const labelColumns = ['label', 'class', 'category']

/** Reads the `metadata.csv` of the Hugging Face image folders and the `val_annotations.txt` of Tiny ImageNet. */
export async function readLabels(
  source: Source,
  files: readonly { readonly file: SourceFile }[],
  signal?: AbortSignal,
): Promise<Labels> {
  const labelFiles = files.map(({ file }) => file).filter(({ path }) => nameOf(path) in formats)
  const byPath = new Map(files.map(({ file }) => [file.path.normalize('NFC'), file]))
  const labels = new Map<SourceFile, string>()
  const left: LeftFile[] = []
  let at = 0
  for await (const read of source.readers(labelFiles, signal)) {
    throwIfCancelled(signal)
    const file = labelFiles[at++] as SourceFile
    const name = nameOf(file.path)
    const folder = file.path.slice(0, file.path.length - name.length)
    try {
      const missing: string[] = []
      for (const [path, label] of formats[name]?.((await read()).toString('utf8')) ?? []) {
        const image = byPath.get(`${folder}${path}`.normalize('NFC'))
        if (image) labels.set(image, label.normalize('NFC'))
        else missing.push(path)
      }
      if (missing.length > 0) {
        throw new Error(`it names ${missing.length} files that are not there, the first ${missing[0]}`)
      }
    } catch (error) {
      left.push({ file, error: errors.fileNotImported({ reason: reasonOf(error).replace(/\.$/, '') }) })
    }
  }
  return { of: (file) => labels.get(file), files: new Set(labelFiles), left }
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

function ofMetadata(text: string): Rows {
  const rows: Record<string, string>[] = parse(text, {
    columns: true,
    bom: true,
    skip_empty_lines: true,
    trim: true,
  })
  const [first = {}] = rows
  const column = labelColumns.find((each) => each in first)
  if (!('file_name' in first) || column === undefined) {
    throw new Error(`it has no columns file_name and ${labelColumns.join(' or ')}`)
  }
  return rows.flatMap((row) => {
    const [path, label] = [row.file_name, row[column]]
    return path && label ? [[path, label] as const] : []
  })
}

/** Lines of a file name, a class and a box, separated by tabs. The images lie in the folder `images`. */
function ofAnnotations(text: string): Rows {
  const rows = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  return rows.map((line) => {
    const [path, label] = line.split('\t')
    if (!path || !label) throw new Error('its lines are not a file name and a class, separated by a tab')
    return [`images/${path}`, label] as const
  })
}
