import { errors, reasonOf, ShotboardError } from '../../errors.js'
import { throwIfCancelled } from '../../system/abort.js'
import { createYieldToEventLoop } from '../../system/yield-to-event-loop.js'
import { imageName } from '../image-name.js'
import type { LeftFile, Source, SourceFile } from '../source.js'
import { type Split, splitWithin } from '../well-known-names.js'
import { readCompanions } from './companions.js'
import { agree } from './contradictions.js'
import { createImageFinder, type ImageFinder } from './find-images.js'
import { classesByFolder, commonFolder, isNoClass } from './folders.js'
import {
  type LabelColumns,
  type LabelFile,
  type LabelRow,
  NoLabels,
  NoList,
  WrongLabels,
} from './label-row.js'
import { numberedFiles, rowsOfNumbers } from './numbered-images.js'
import { isForLabels, mayHoldLabels, parseLabelFile } from './parse-label-file.js'
import { textOf } from './text-of.js'

/** The file of labels to use, and the columns to take. What is left out is found by looking. */
export interface LabelChoice {
  /** Its path in the source, from the root or from the folder around everything. */
  readonly file?: string | undefined
  /** Its content, if it lies outside the source. */
  readonly content?: Buffer | undefined
  readonly columns?: LabelColumns | undefined
  /** Whether columns of labels count only by their names: a person has said which folders name the classes. */
  readonly byName?: boolean | undefined
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
  /** Whether a person has chosen the file of labels: folders name no classes then. */
  readonly areChosen: boolean
  /** The files of labels. */
  readonly files: ReadonlySet<SourceFile>
  /** Files of labels that are not used, or that name what is not there. */
  readonly left: readonly LeftFile[]
  /** Why a file that was looked at is none of labels. */
  whyNot(file: SourceFile): string | undefined
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
  const { found, used, left, whyNot } = isChosen
    ? { ...nothingSeen, found: [await readChosen(source, files, choice, finder)] }
    : await lookForFiles(source, files, choice, finder, signal)
  const wrong = ({ file, error }: { file: SourceFile; error: Error }) =>
    errors.invalidLabels({ file: file.path, reason: error.message })
  const companions = isChosen
    ? undefined
    : await readCompanions(source, files, wrong, choice.byName === true, signal)

  const labels = new Map<SourceFile, Label>()
  const problems = new Map<SourceFile, ShotboardError>()
  function add(image: SourceFile, label: Label): void {
    const has = labels.get(image)
    if (has === undefined) labels.set(image, label)
    else if (has.name !== label.name)
      problems.set(image, errors.severalLabels({ labels: [has.name, label.name] }))
    else if (has.split === undefined) labels.set(image, label)
    else if (has.split !== label.split && label.split) {
      problems.set(image, errors.severalSplits({ splits: [has.split, label.split] }))
    }
  }
  const yieldToEventLoop = createYieldToEventLoop()
  for (const { file, rows, images } of found) {
    const split = splitWithin(stemOf(file.path))
    for (const [i, row] of rows.entries()) {
      await yieldToEventLoop()
      const image = images[i]
      if (image && row.label !== undefined) {
        add(image, { name: row.label.normalize('NFC'), split: row.split ?? split })
      }
    }
  }
  for (const { image, label, split } of companions?.labels ?? []) {
    add(image, { name: label.normalize('NFC'), split })
  }
  // Lists of images tell the splits of what other files label, and the folders label the rest.
  const classOf = classesByFolder(found)
  const useless: LeftFile[] = []
  for (const { file, rows, images } of found) {
    let used = 0
    for (const [i, { byFolder, split }] of rows.entries()) {
      await yieldToEventLoop()
      const image = images[i]
      const name = image && (labels.get(image)?.name ?? classOf(image)?.normalize('NFC'))
      if (!byFolder) used++
      else if (image && name !== undefined) {
        add(image, { name, split })
        used++
      }
    }
    if (used === 0) useless.push(leave(file, 'it names images without their classes, as their folders do'))
  }
  await yieldToEventLoop()
  // A file of labels speaks for all that lies around it and the images that it names.
  const folders = found.map(({ file, images }) =>
    commonFolder([file.path, ...images.flatMap((image) => image?.path ?? [])]),
  )
  return {
    of: (file) => (problems.has(file) ? undefined : labels.get(file)),
    problemOf: (file) => problems.get(file),
    speakFor: ({ path }) =>
      isChosen ||
      folders.some((folder) => path.startsWith(folder)) ||
      companions?.folders.has(folderOf(path)) === true,
    areChosen: isChosen,
    files: new Set([
      ...found.map(({ file }) => file),
      ...used,
      ...left.map(({ file }) => file),
      ...(companions?.files ?? []),
    ]),
    left: [...left, ...useless, ...found.flatMap(missingOf)],
    whyNot: (file) => whyNot.get(file),
  }
}

/** Reads the chosen file. Throws INVALID_LABELS with the argument at fault, also if it names no file that is there. */
async function readChosen(
  source: Source,
  files: readonly SourceFile[],
  { file: wanted = '', content, columns = {} }: LabelChoice,
  finder: () => ImageFinder,
): Promise<LabelFile> {
  const file = content === undefined ? fileNamed(files, wanted) : { path: wanted, at: -1 }
  const invalid = (reason: string, argument = 'labels.file') =>
    errors.invalidLabels({ file: wanted, reason }, argument)
  if (file === undefined) throw invalid('there is no such file')
  try {
    const rows = parseLabelFile(nameOf(file.path), content ?? (await readOne(source, file)), {
      columns,
      share: (texts) => finder().share(texts),
    })
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

/** What looking for files of labels found. */
interface Seen {
  readonly found: readonly LabelFile[]
  /** Further files that were used. */
  readonly used: readonly SourceFile[]
  readonly left: readonly LeftFile[]
  readonly whyNot: ReadonlyMap<SourceFile, string>
}

const nothingSeen = { used: [], left: [], whyNot: new Map<SourceFile, string>() }

async function lookForFiles(
  source: Source,
  files: readonly SourceFile[],
  { columns = {}, byName }: LabelChoice,
  finder: () => ImageFinder,
  signal?: AbortSignal,
): Promise<Seen> {
  const found: LabelFile[] = []
  const left: LeftFile[] = []
  const whyNot = new Map<SourceFile, string>()
  const numbered = numberedFiles(files)
  const parts = new Set(numbered.flatMap((each) => Object.values(each)))
  const texts = new Map<SourceFile, string>()
  const candidates = candidatesOf(files, parts)
  let at = 0
  const yieldToEventLoop = createYieldToEventLoop()
  for await (const read of source.readers(candidates, signal)) {
    throwIfCancelled(signal)
    await yieldToEventLoop()
    const file = candidates[at++] as SourceFile
    const isKnown = isForLabels(nameOf(file.path))
    try {
      if (parts.has(file)) {
        texts.set(file, textOf(await read()))
        continue
      }
      const rows = parseLabelFile(nameOf(file.path), await read(), {
        columns,
        byName,
        share: (given) => finder().share(given),
      })
      await yieldToEventLoop()
      const images = imagesOf(rows, file, finder())
      await yieldToEventLoop()
      if (images.some((image) => image !== undefined)) found.push({ file, rows, images })
      else if (isKnown && rows.length > 0) left.push(leave(file, noneThere(rows)))
    } catch (error) {
      if (error instanceof ShotboardError && !faultsOfFiles.has(error.code)) throw error
      if (error instanceof WrongLabels && (isKnown || error.column !== undefined)) {
        throw errors.invalidLabels({ file: file.path, reason: error.message })
      }
      if (error instanceof NoLabels && isKnown) left.push(leave(file, error.message))
      else if (error instanceof NoLabels || error instanceof WrongLabels) {
        if (!(error instanceof NoList)) whyNot.set(file, error.message)
      } else left.push(leave(file, reasonOf(error).replace(/\.$/, '')))
    }
  }
  for (const { images: list, labels, splits, classes } of numbered) {
    if (!list || !labels) continue
    const textIn = (file: SourceFile | undefined) => (file ? texts.get(file) : undefined)
    const rows = withReason(list, () =>
      rowsOfNumbers({
        images: textIn(list) ?? '',
        labels: textIn(labels) ?? '',
        splits: textIn(splits) ?? '',
        classes: textIn(classes) ?? '',
      }),
    )
    found.push({ file: list, rows, images: imagesOf(rows, list, finder()) })
  }
  await yieldToEventLoop()
  const others = found.filter(({ file }) => !isForLabels(nameOf(file.path)) && !parts.has(file))
  const isEnough = coverEnough(others, found, files)
  const few = 'it names few of the images around it; choose it as the file of labels, if it is'
  const agreed = agree(isEnough ? found : found.filter((each) => !others.includes(each)))
  return {
    found: agreed.used,
    used: [...parts],
    left: [
      ...left,
      ...(isEnough ? [] : others.map(({ file }) => leave(file, few))),
      ...agreed.left.map(({ file, reason }) => leave(file, reason)),
    ],
    whyNot,
  }
}

const imagesOf = (rows: readonly LabelRow[], file: SourceFile, finder: ImageFinder) =>
  finder.find(
    rows.map(({ path }) => path),
    file.path,
  )

/** Throws INVALID_LABELS for the file if what it says is wrong. */
function withReason<T>(file: SourceFile, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof WrongLabels)) throw error
    throw errors.invalidLabels({ file: file.path, reason: error.message })
  }
}

/** The files that are looked at, in reading order. Files that belong to an image, such as `1.json` or `labels/1.txt` to `1.jpg`, are not. */
function candidatesOf(files: readonly SourceFile[], numbered: ReadonlySet<SourceFile>): SourceFile[] {
  const tables = files.filter((file) => mayHoldLabels(nameOf(file.path)) && !numbered.has(file))
  if (tables.length + numbered.size === 0) return []
  const images = files.filter(({ path }) => imageName.test(path))
  const beside = new Set(images.map(({ path }) => path.replace(imageName, '')))
  const names = new Set(images.map(({ path }) => nameOf(path).replace(imageName, '')))
  const depth = ({ path }: SourceFile): number => path.split('/').length
  const known = tables.filter(({ path }) => isForLabels(nameOf(path)))
  const belongs = ({ path }: SourceFile): boolean => {
    const stem = path.replace(/\.[^.]*$/, '')
    return (
      beside.has(stem) ||
      (!isTable.test(path) && (names.has(nameOf(stem)) || beside.has(stem.split('.', 1)[0] ?? '')))
    )
  }
  const others = tables
    .filter((file) => !isForLabels(nameOf(file.path)) && !belongs(file))
    .toSorted((a, b) => Number(isTable.test(b.path)) - Number(isTable.test(a.path)) || depth(a) - depth(b))
    .slice(0, maxLookedAt)
  return [...known, ...others, ...numbered].toSorted((a, b) => a.at - b.at)
}

const isTable = /\.(csv|tsv)$/i

/** Whether tables of any name, with all others, name enough of the images below their folders, or of those beside the named ones. */
function coverEnough(
  others: readonly LabelFile[],
  all: readonly LabelFile[],
  files: readonly SourceFile[],
): boolean {
  if (others.length === 0) return true
  const named = new Set(all.flatMap(({ images }) => images))
  const cover = (folders: readonly string[]): boolean => {
    const around = files.filter(
      ({ path }) => imageName.test(path) && folders.some((folder) => path.startsWith(folder)),
    )
    return around.filter((file) => named.has(file)).length >= enough * around.length
  }
  // The images of a test set, which nothing names, may be many.
  const homes = others.map(({ images }) => commonFolder(images.flatMap((image) => image?.path ?? [])))
  return (
    cover(others.map(({ file }) => folderOf(file.path))) ||
    (homes.every((folder) => isNoClass(lastFolderOf(folder))) && cover(homes))
  )
}

const lastFolderOf = (folder: string): string => folder.split('/').at(-2) ?? ''

/** Tells what a file of labels names and is not there. */
function missingOf({ file, rows, images }: LabelFile): LeftFile[] {
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

const stemOf = (path: string): string => nameOf(path).replace(/\.[^.]*$/, '')

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1)

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
