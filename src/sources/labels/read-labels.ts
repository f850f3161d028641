import { errors, ShotboardError } from '../../errors.js'
import { throwIfCancelled } from '../../system/abort.js'
import { imageName } from '../image-name.js'
import type { LeftFile, Source, SourceFile } from '../source.js'
import { type Split, splitWithin } from '../well-known-names.js'
import { readCompanions } from './companions.js'
import { createImageFinder, type ImageFinder } from './find-images.js'
import { type LabelColumns, type LabelRow, NoLabels, WrongLabels } from './label-row.js'
import { isForLabels, mayHoldLabels, parseLabelFile } from './parse-label-file.js'

/** The file of labels to use, and the columns to take. What is left out is found by looking. */
export interface LabelChoice {
  /** Its path in the source, from the root or from the folder around everything. */
  readonly file?: string | undefined
  /** Its content, if it lies outside the source. */
  readonly content?: Buffer | undefined
  readonly columns?: LabelColumns | undefined
}

export interface Label {
  readonly name: string
  readonly split: Split | undefined
}

/** The labels that files give to images. */
export interface Labels {
  of(file: SourceFile): Label | undefined
  /** Why an image cannot have the label that files of labels give to it. */
  problemOf(file: SourceFile): ShotboardError | undefined
  /** Whether files of labels speak for the place where the image lies, so that no folder there is a class. */
  speakFor(file: SourceFile): boolean
  /** The files of labels. */
  readonly files: ReadonlySet<SourceFile>
  /** Files of labels that are not used, or that name what is not there. */
  readonly left: readonly LeftFile[]
}

/** A file of labels with what it says. */
interface Found {
  readonly file: SourceFile
  readonly rows: readonly LabelRow[]
  readonly images: readonly (SourceFile | undefined)[]
}

/** Tables beside the known ones are looked at up to this number. */
const maxLookedAt = 100
/** Tables of other names count if they name at least this share of the images around them. */
const enough = 0.5
/** Readers throw these if only their file is at fault; anything else is about the whole source. */
const faultsOfFiles: ReadonlySet<string> = new Set(['INVALID_IMAGE', 'FILE_TOO_LARGE'])
/** Missing files that an error names. */
const maxNamed = 3

/**
 * Reads the labels of a source: from the chosen file; or from those that are found, by their names or their columns; or from
 * files beside the images. Throws INVALID_LABELS for a chosen file that cannot be used, and for any that is wrong in itself.
 */
export async function readLabels(
  source: Source,
  files: readonly SourceFile[],
  choice: LabelChoice = {},
  signal?: AbortSignal,
): Promise<Labels> {
  const isChosen = choice.file !== undefined
  const finder = lazily(() => createImageFinder(files))
  const { found, left } = isChosen
    ? { found: [await readChosen(source, files, choice, finder)], left: [] }
    : await lookForFiles(source, files, choice.columns ?? {}, finder, signal)
  const wrong = ({ file, error }: { file: SourceFile; error: Error }) =>
    errors.invalidLabels({ file: file.path, reason: error.message })
  const companions = isChosen ? undefined : await readCompanions(source, files, wrong, signal)

  const labels = new Map<SourceFile, Label>()
  const problems = new Map<SourceFile, ShotboardError>()
  function add(image: SourceFile, label: Label): void {
    const has = labels.get(image)
    if (has === undefined) labels.set(image, label)
    else if (has.name !== label.name)
      problems.set(image, errors.severalLabels({ labels: [has.name, label.name] }))
    else if (has.split !== label.split && has.split && label.split) {
      problems.set(image, errors.severalSplits({ splits: [has.split, label.split] }))
    }
  }
  for (const { file, rows, images } of found) {
    const split = splitWithin(nameOf(file.path).replace(/\.[^.]*$/, ''))
    for (const [i, row] of rows.entries()) {
      const image = images[i]
      if (image && row.label !== undefined) {
        add(image, { name: row.label.normalize('NFC'), split: row.split ?? split })
      }
    }
  }
  for (const { image, label, split } of companions?.labels ?? []) {
    add(image, { name: label.normalize('NFC'), split })
  }
  const folders = found.map(({ file }) => folderOf(file.path))
  const used = found.map(({ file }) => file)
  return {
    of: (file) => (problems.has(file) ? undefined : labels.get(file)),
    problemOf: (file) => problems.get(file),
    speakFor: ({ path }) =>
      isChosen ||
      folders.some((folder) => path.startsWith(folder)) ||
      companions?.folders.has(folderOf(path)) === true,
    files: new Set([...used, ...left.map(({ file }) => file), ...(companions?.files ?? [])]),
    left: [...left, ...found.flatMap(missingOf)],
  }
}

/** Reads the chosen file. Throws INVALID_LABELS with the argument at fault, also if it names no file that is there. */
async function readChosen(
  source: Source,
  files: readonly SourceFile[],
  { file: wanted = '', content, columns = {} }: LabelChoice,
  finder: () => ImageFinder,
): Promise<Found> {
  const file = content === undefined ? fileNamed(files, wanted) : { path: wanted, at: -1 }
  const invalid = (reason: string, argument = 'labels.file') =>
    errors.invalidLabels({ file: wanted, reason }, argument)
  if (file === undefined) throw invalid('there is no such file')
  try {
    const rows = parseLabelFile(nameOf(file.path), content ?? (await readOne(source, file)), columns)
    // A file from elsewhere names images relative to the source.
    const images = finder().find(
      rows.map(({ path }) => path),
      content === undefined ? file.path : '',
    )
    if (images.every((image) => image === undefined)) {
      const first = rows[0] === undefined ? '' : `, such as ${rows[0].path}`
      throw invalid(rows.length === 0 ? 'it has no rows' : `none of the files that it names is there${first}`)
    }
    return { file, rows, images }
  } catch (error) {
    if (error instanceof WrongLabels) throw invalid(error.message, argumentOf(error))
    if (error instanceof NoLabels) throw invalid(`${error.message}; name them with the options for columns`)
    throw error
  }
}

const argumentOf = ({ column }: WrongLabels): string =>
  column === undefined ? 'labels.file' : `labels.${column}Column`

/** The file of that path: below the root, or the only one that ends in it. */
function fileNamed(files: readonly SourceFile[], wanted: string): SourceFile | undefined {
  const path = wanted.normalize('NFC').replace(/^\.\//, '')
  const same = files.find((file) => file.path.normalize('NFC') === path)
  const ending = files.filter((file) => file.path.normalize('NFC').endsWith(`/${path}`))
  return same ?? (ending.length === 1 ? ending[0] : undefined)
}

async function lookForFiles(
  source: Source,
  files: readonly SourceFile[],
  columns: LabelColumns,
  finder: () => ImageFinder,
  signal?: AbortSignal,
): Promise<{ readonly found: readonly Found[]; readonly left: readonly LeftFile[] }> {
  const found: Found[] = []
  const left: LeftFile[] = []
  const candidates = candidatesOf(files)
  let at = 0
  for await (const read of source.readers(candidates, signal)) {
    throwIfCancelled(signal)
    const file = candidates[at++] as SourceFile
    const isKnown = isForLabels(nameOf(file.path))
    try {
      const rows = parseLabelFile(nameOf(file.path), await read(), columns)
      const images = finder().find(
        rows.map(({ path }) => path),
        file.path,
      )
      if (images.some((image) => image !== undefined)) found.push({ file, rows, images })
      else if (isKnown && rows.length > 0) left.push(leave(file, noneThere(rows)))
    } catch (error) {
      if (error instanceof ShotboardError && !faultsOfFiles.has(error.code)) throw error
      if (error instanceof WrongLabels && (isKnown || error.column !== undefined)) {
        throw errors.invalidLabels({ file: file.path, reason: error.message })
      }
      if (error instanceof NoLabels && isKnown) left.push(leave(file, error.message))
      else if (!(error instanceof NoLabels || error instanceof WrongLabels)) {
        const reason = error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
        left.push(leave(file, reason))
      }
    }
  }
  const known = found.filter(({ file }) => isForLabels(nameOf(file.path)))
  const others = found.filter((each) => !known.includes(each))
  if (coverEnough(others, found, files)) return { found, left }
  const few = 'it names few of the images around it; choose it as the file of labels, if it is'
  return { found: known, left: [...left, ...others.map(({ file }) => leave(file, few))] }
}

/** The files that are looked at, in reading order. Files that belong to an image, such as `1.json` to `1.jpg`, are not. */
function candidatesOf(files: readonly SourceFile[]): SourceFile[] {
  const tables = files.filter(({ path }) => mayHoldLabels(nameOf(path)) && nameOf(path) !== 'dataset.json')
  if (tables.length === 0) return []
  const images = new Set(
    files.filter(({ path }) => imageName.test(path)).map(({ path }) => path.replace(imageName, '')),
  )
  const depth = ({ path }: SourceFile): number => path.split('/').length
  const known = tables.filter(({ path }) => isForLabels(nameOf(path)))
  const others = tables
    .filter((file) => !known.includes(file) && !images.has(file.path.replace(/\.[^.]*$/, '')))
    .toSorted((a, b) => depth(a) - depth(b))
    .slice(0, maxLookedAt)
  return [...known, ...others].toSorted((a, b) => a.at - b.at)
}

/** Whether tables of any name, with all others, name enough of the images below their folders. */
function coverEnough(others: readonly Found[], all: readonly Found[], files: readonly SourceFile[]): boolean {
  if (others.length === 0) return true
  const named = new Set(all.flatMap(({ images }) => images))
  const folders = others.map(({ file }) => folderOf(file.path))
  const around = files.filter(
    ({ path }) => imageName.test(path) && folders.some((folder) => path.startsWith(folder)),
  )
  return around.filter((file) => named.has(file)).length >= enough * around.length
}

/** Tells what a file of labels names and is not there. */
function missingOf({ file, rows, images }: Found): LeftFile[] {
  const missing = rows.filter((_, i) => images[i] === undefined).map(({ path }) => path)
  if (missing.length === 0) return []
  return [
    {
      file,
      error: errors.labelledFilesMissing({ files: missing.length, first: missing.slice(0, maxNamed) }),
    },
  ]
}

const noneThere = (rows: readonly LabelRow[]): string =>
  `none of the ${rows.length} files that it names is there, such as ${rows[0]?.path}`

const leave = (file: SourceFile, reason: string): LeftFile => ({
  file,
  error: errors.fileNotImported({ reason }),
})

async function readOne(source: Source, file: SourceFile): Promise<Buffer> {
  for await (const read of source.readers([file])) return read()
  throw source.invalid(`${file.path} no longer exists`)
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1)

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
