import { errors } from '../errors.js'
import { classFolders } from './class-folders.js'
import { type Description, descriptionName, readDescription } from './description.js'
import { imageName } from './image-name.js'
import { type Labels, readLabels } from './labels.js'
import type { LeftFile, Source, SourceFile } from './source.js'
import { type SplitRule, splitClass } from './split-rule.js'
import { containerNames, isJunk, type Split, splitNamed } from './well-known-names.js'

/** A class of a source. */
export interface LaidOutClass {
  readonly name: string
  /** From `dataset.json`. */
  readonly prompts?: readonly string[]
}

export interface LaidOutImage {
  readonly file: SourceFile
  /** The name of a class. */
  readonly className: string
  readonly split: Split
}

/** The classes and images of a source, from its paths, its `dataset.json` and its files of labels. */
export interface Layout {
  readonly name: string
  readonly classes: readonly LaidOutClass[]
  /** In reading order of the source. */
  readonly images: readonly LaidOutImage[]
  /** Every other file, except hidden ones and what systems add. */
  readonly left: readonly LeftFile[]
}

/** A file of the source with the parts of its path below the root. */
interface Placed {
  readonly file: SourceFile
  readonly parts: readonly string[]
}

/** A file with the folder or the label that names its class. */
interface Found {
  readonly file: SourceFile
  readonly folder: string
  readonly split: Split
}

/** A file that the rule is to split, by its path below the folder of its class. */
type Unsplit = Omit<Found, 'split'> & { readonly name: string }

interface Sorted {
  readonly found: readonly Found[]
  readonly left: readonly LeftFile[]
}

/**
 * Finds the images of a source with paths `split/class/…/image`, or `class/…/image`, which are then split by the rule. Folders
 * around everything are allowed. A file of labels takes the place of class folders. Throws the error of the source if there are
 * no classes, or if `dataset.json` does not fit.
 */
export async function layOut(source: Source, rule: SplitRule, signal?: AbortSignal): Promise<Layout> {
  const files = (await source.files(signal)).filter(({ path }) => !isJunk(path))
  const root = rootOf(files)
  const inside = files.filter(({ path }) => path.startsWith(root))
  const outside = files.filter(({ path }) => !path.startsWith(root))
  const placed = inside.map((file): Placed => ({ file, parts: partsBelow(root, file) }))
  const describing = placed.find(({ parts }) => parts.length === 1 && parts[0] === descriptionName)?.file
  const description = describing ? await readDescription(source, describing) : {}
  const labels = await readLabels(source, placed, signal)
  const rest = placed.filter(({ file }) => file !== describing && !labels.files.has(file))

  const sorted = hasSplits(rest, labels)
    ? await bySplit(source, rest, labels, signal)
    : await byClass(source, rest, labels, rule, signal)
  if (sorted.found.length === 0) throw source.invalid(whatToDo(rest, root))
  const named = namesOf(description)
  const images = sorted.found.map(({ folder, ...image }) => ({
    ...image,
    className: named.get(folder) ?? folder.trim(),
  }))
  const noPlace = outside.map((file) => leave(file, 'it lies beside the folder of the dataset'))
  return {
    name: description.dataset ?? (lastFolder(root) || source.name),
    classes: classesOf(source, description, images),
    images: inReadingOrder(images),
    left: inReadingOrder([...labels.left, ...sorted.left, ...noPlace]),
  }
}

const leave = (file: SourceFile, reason: string): LeftFile => ({
  file,
  error: errors.fileNotImported({ reason }),
})

const inReadingOrder = <T extends { readonly file: SourceFile }>(items: readonly T[]): T[] =>
  items.toSorted((a, b) => a.file.at - b.file.at)

/** macOS and other systems write the same accented name differently (NFD and NFC); both are the same class. */
const partsBelow = (root: string, { path }: SourceFile): string[] =>
  path.slice(root.length).normalize('NFC').split('/')

const lastFolder = (root: string): string => root.split('/').at(-2) ?? ''

/** The folders around everything, with their slashes. Files beside them, such as a README, do not count. */
function rootOf(files: readonly SourceFile[]): string {
  let root = ''
  for (;;) {
    const below = files.filter(({ path }) => path.startsWith(root)).map(({ path }) => path.slice(root.length))
    const folders = new Set(
      below.filter((path) => path.includes('/')).map((path) => path.split('/')[0] ?? ''),
    )
    const [only = ''] = folders
    const next = `${only}/`
    const isAround =
      folders.size === 1 &&
      splitNamed(only) === undefined &&
      !below.includes(descriptionName) &&
      // A folder with files of its own and no folders is a class.
      below.some((path) => path.startsWith(next) && path.slice(next.length).includes('/')) &&
      !below.some((path) => path.startsWith(next) && isImageIn(path.slice(next.length)))
    if (!isAround) return root
    root += next
  }
}

const isImageIn = (path: string): boolean => !path.includes('/') && imageName.test(path)

/** Whether folders below the root are splits, with folders of classes or labels in them. */
const hasSplits = (files: readonly Placed[], labels: Labels): boolean =>
  files.some(
    ({ file, parts }) =>
      splitNamed(parts[0] ?? '') && parts.length > 1 && (parts.length > 2 || labels.of(file)),
  )

async function bySplit(
  source: Source,
  files: readonly Placed[],
  labels: Labels,
  signal?: AbortSignal,
): Promise<Sorted> {
  const left: LeftFile[] = []
  const found: Found[] = []
  const inFolders: Found[] = []
  const containers = containersOf(files)
  for (const { file, parts } of files) {
    const [top = '', folder = ''] = parts
    const split = parts.length > 1 ? splitNamed(top) : undefined
    const label = labels.of(file)
    if (split === undefined) left.push(leave(file, 'it lies in no folder of a split'))
    else if (label !== undefined) found.push({ file, folder: label, split })
    else if (parts.length === 2) left.push(leave(file, 'it lies in no folder of a class, and has no label'))
    else if (containers.has(`${top}/${folder}`)) left.push(leave(file, 'it has no label'))
    else inFolders.push({ file, folder, split })
  }
  const classes = await classFolders(source, inFolders, signal)
  return { found: [...found, ...classes.found], left: [...left, ...classes.left] }
}

/** Folders such as `val/images` that are all that a split has: they hold its images, whatever their class. */
function containersOf(files: readonly Placed[]): ReadonlySet<string> {
  const folders = new Map<string, Set<string>>()
  for (const { parts } of files) {
    const [top = '', folder = ''] = parts
    if (parts.length > 2) folders.set(top, (folders.get(top) ?? new Set()).add(folder))
  }
  return new Set(
    [...folders].flatMap(([top, inside]) => {
      const [only = ''] = inside
      return inside.size === 1 && containerNames.has(only.toLowerCase()) ? [`${top}/${only}`] : []
    }),
  )
}

async function byClass(
  source: Source,
  files: readonly Placed[],
  labels: Labels,
  rule: SplitRule,
  signal?: AbortSignal,
): Promise<Sorted> {
  const left: LeftFile[] = []
  const labelled: Unsplit[] = []
  const inFolders: Unsplit[] = []
  for (const { file, parts } of files) {
    const [folder = '', ...below] = parts
    const label = labels.of(file)
    if (label !== undefined) labelled.push({ file, folder: label, name: parts.join('/') })
    else if (parts.length === 1) left.push(leave(file, 'it lies in no folder of a class, and has no label'))
    else inFolders.push({ file, folder, name: below.join('/') })
  }
  const classes = await classFolders(source, inFolders, signal)
  return {
    found: splitByRule([...labelled, ...classes.found], rule),
    left: [...left, ...classes.left],
  }
}

function splitByRule(images: readonly Unsplit[], rule: SplitRule): Found[] {
  const names = new Map<string, string[]>()
  for (const { folder, name } of images) {
    const inFolder = names.get(folder)
    if (inFolder) inFolder.push(name)
    else names.set(folder, [name])
  }
  const splits = new Map([...names].map(([folder, inFolder]) => [folder, splitClass(folder, inFolder, rule)]))
  return images.map(({ file, folder, name }) => ({
    file,
    folder,
    split: splits.get(folder)?.get(name) ?? 'SUPPORT_POOL',
  }))
}

function whatToDo(files: readonly Placed[], root: string): string {
  const images = files.filter(({ file }) => imageName.test(file.path)).length
  const inside = root === '' ? 'it' : root
  return images === 0
    ? `${inside} has no images; it needs folders named after the classes, with the images in them`
    : `the images in ${inside} lie in no class folders; put those of each class in a folder named after the class, such as cat/1.jpg, or name their classes in a metadata.csv with the columns file_name and label`
}

/** Classes by the folder of their images. */
const namesOf = ({ classes = [] }: Description): ReadonlyMap<string, string> =>
  new Map(classes.map((each) => [(each.folder ?? each.name).normalize('NFC'), each.name]))

function classesOf(
  source: Source,
  { classes }: Description,
  images: readonly { readonly className: string }[],
): LaidOutClass[] {
  const found = [...new Set(images.map(({ className }) => className))].sort()
  if (!classes) return found.map((name) => ({ name }))
  const described = new Set(classes.map(({ name }) => name))
  const unknownClasses = found.filter((name) => !described.has(name))
  if (unknownClasses.length > 0) {
    throw source.invalid(`${descriptionName} does not name the classes ${unknownClasses.join(', ')}`)
  }
  return classes.map(({ name, prompts }) => ({ name, ...(prompts && { prompts }) }))
}
