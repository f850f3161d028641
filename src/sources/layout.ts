import { errors, type ShotboardError } from '../errors.js'
import { classFolders } from './class-folders.js'
import { type Description, descriptionName, readDescription } from './description.js'
import { imageName } from './image-name.js'
import { type LabelChoice, type Labels, readLabels } from './labels/read-labels.js'
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
  /** What may be a mistake, such as classes whose names differ only by case. */
  readonly warnings: readonly ShotboardError[]
}

/** How to read the layout of a source. */
export interface LayoutRequest {
  /** How to split images that are in no split. */
  readonly splitRule: SplitRule
  /** The folder that names the class: the one below the split or the root, or the one nearest to the image. */
  readonly classFrom?: ClassFrom
  /** Where labels come from. By default, files of labels are found by looking. */
  readonly labels?: LabelChoice
}

export const classFolderChoices = ['TOP', 'PARENT'] as const
export type ClassFrom = (typeof classFolderChoices)[number]

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
 * Finds the images of a source with paths `split/class/…/image`, `class/split/…/image`, or `class/…/image`, which are then split
 * by the rule. Folders around everything are allowed. Files of labels take the place of class folders. Throws the error of the
 * source if there are no classes, or if `dataset.json` does not fit; INVALID_LABELS.
 */
export async function layOut(source: Source, request: LayoutRequest, signal?: AbortSignal): Promise<Layout> {
  const files = (await source.files(signal)).filter(({ path }) => !isJunk(path))
  const labels = await readLabels(source, files, request.labels, signal)
  const root = rootOf(files, labels)
  const others = files.filter((file) => !labels.files.has(file))
  const inside = others.filter(({ path }) => path.startsWith(root))
  const outside = others.filter(({ path }) => !path.startsWith(root))
  const placed = inside.map((file): Placed => ({ file, parts: partsBelow(root, file) }))
  const describing = placed.find(({ parts }) => parts.length === 1 && parts[0] === descriptionName)?.file
  const description = describing ? await readDescription(source, describing) : {}
  const rest = splitFirst(placed.filter(({ file }) => file !== describing))

  const context = { source, labels, classFrom: request.classFrom ?? 'TOP', signal }
  const sorted = hasSplits(rest, labels)
    ? await bySplit(context, rest)
    : await byClass(context, rest, request.splitRule)
  if (sorted.found.length === 0) throw source.invalid(whatToDo(rest, root))
  const named = namesOf(description)
  const images = sorted.found.map(({ folder, ...image }) => ({
    ...image,
    className: named.get(folder) ?? folder.trim(),
  }))
  const noPlace = outside.map((file) => leave(file, 'it lies beside the folder of the dataset'))
  const classes = classesOf(source, description, images)
  return {
    name: description.dataset ?? (lastFolder(root) || source.name),
    classes,
    images: inReadingOrder(images),
    left: inReadingOrder([...labels.left, ...sorted.left, ...noPlace]),
    warnings: warningsOf(classes.map(({ name }) => name)),
  }
}

/** What finding the classes of files needs to know. */
interface Context {
  readonly source: Source
  readonly labels: Labels
  readonly classFrom: ClassFrom
  readonly signal: AbortSignal | undefined
}

const leave = (file: SourceFile, reason: string): LeftFile => ({
  file,
  error: errors.fileNotImported({ reason }),
})

/** Files that are no images by their names are left for another reason. */
const leaveWithoutLabel = (file: SourceFile, reason: string): LeftFile => ({
  file,
  error: imageName.test(file.path)
    ? errors.imageWithoutLabel({ reason })
    : errors.fileNotImported({ reason }),
})

const inReadingOrder = <T extends { readonly file: SourceFile }>(items: readonly T[]): T[] =>
  items.toSorted((a, b) => a.file.at - b.file.at)

/** macOS and other systems write the same accented name differently (NFD and NFC); both are the same class. */
const partsBelow = (root: string, { path }: SourceFile): string[] =>
  path.slice(root.length).normalize('NFC').split('/')

const lastFolder = (root: string): string => root.split('/').at(-2) ?? ''

/** The folders around everything, with their slashes. Files beside them without a label, such as a README, do not count. */
function rootOf(files: readonly SourceFile[], labels: Labels): string {
  const labelled = files.filter((file) => labels.of(file))
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
      labelled.every(({ path }) => path.startsWith(root + next)) &&
      // A folder with files of its own and no folders is a class.
      below.some((path) => path.startsWith(next) && path.slice(next.length).includes('/')) &&
      !below.some((path) => path.startsWith(next) && isImageIn(path.slice(next.length)))
    if (!isAround) return root
    root += next
  }
}

const isImageIn = (path: string): boolean => !path.includes('/') && imageName.test(path)

/** `class/split/…/image` as `split/class/…/image`, where every image lies so. */
function splitFirst(files: readonly Placed[]): readonly Placed[] {
  const images = files.filter(({ file, parts }) => parts.length > 1 && imageName.test(file.path))
  const liesSo = ({ parts }: Placed): boolean =>
    parts.length > 2 && splitNamed(parts[1] ?? '') !== undefined && splitNamed(parts[0] ?? '') === undefined
  if (images.length === 0 || !images.every(liesSo)) return files
  return files.map(({ file, parts: [first = '', second = '', ...below] }) => ({
    file,
    parts: below.length > 0 ? [second, first, ...below] : second === '' ? [first] : [first, second],
  }))
}

/** Whether images are in splits: by their labels, or by folders below the root with folders of classes or labels in them. */
const hasSplits = (files: readonly Placed[], labels: Labels): boolean =>
  files.some(({ file, parts }) => {
    const label = labels.of(file)
    if (label?.split) return true
    return splitNamed(parts[0] ?? '') && parts.length > 1 && (parts.length > 2 || label)
  })

async function bySplit(
  { source, labels, classFrom, signal }: Context,
  files: readonly Placed[],
): Promise<Sorted> {
  const left: LeftFile[] = []
  const found: Found[] = []
  const inFolders: Found[] = []
  const containers = containersOf(files)
  for (const { file, parts } of files) {
    const [top = '', folder = ''] = parts
    const label = labels.of(file)
    const problem = labels.problemOf(file)
    const split = label?.split ?? (parts.length > 1 ? splitNamed(top) : undefined)
    if (problem) left.push({ file, error: problem })
    else if (label === undefined && labels.speakFor(file)) left.push(leaveWithoutLabel(file, notNamed))
    else if (split === undefined) {
      left.push(leave(file, label ? 'its label names no split' : 'it lies in no folder of a split'))
    } else if (label !== undefined) found.push({ file, folder: label.name, split })
    else if (parts.length === 2) {
      left.push(leaveWithoutLabel(file, 'it lies in no folder of a class, and has no label'))
    } else if (containers.has(`${top}/${folder}`)) left.push(leaveWithoutLabel(file, 'it has no label'))
    else inFolders.push({ file, folder: classFolder(parts.slice(1, -1), classFrom), split })
  }
  const classes = await classFolders(source, inFolders, signal)
  return { found: [...found, ...classes.found], left: [...left, ...classes.left] }
}

const notNamed = 'the file of labels gives it none'

/** The folder that names the class, of those around an image. Folders such as `images` name none if another one does. */
function classFolder(around: readonly string[], classFrom: ClassFrom): string {
  if (classFrom === 'TOP') return around[0] ?? ''
  return around.findLast((name) => !containerNames.has(name.toLowerCase())) ?? around.at(-1) ?? ''
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
  { source, labels, classFrom, signal }: Context,
  files: readonly Placed[],
  rule: SplitRule,
): Promise<Sorted> {
  const left: LeftFile[] = []
  const labelled: Unsplit[] = []
  const inFolders: Unsplit[] = []
  for (const { file, parts } of files) {
    const label = labels.of(file)
    const problem = labels.problemOf(file)
    if (problem) left.push({ file, error: problem })
    else if (label !== undefined) labelled.push({ file, folder: label.name, name: parts.join('/') })
    else if (labels.speakFor(file)) left.push(leaveWithoutLabel(file, notNamed))
    else if (parts.length === 1) {
      left.push(leaveWithoutLabel(file, 'it lies in no folder of a class, and has no label'))
    } else {
      const folder = classFolder(parts.slice(0, -1), classFrom)
      const name = classFrom === 'TOP' ? parts.slice(1).join('/') : parts.join('/')
      inFolders.push({ file, folder, name })
    }
  }
  const classes = await classFolders(source, inFolders, signal)
  requireMoreThanSplits(source, labelled, classes.found)
  return {
    found: splitByRule([...labelled, ...classes.found], rule),
    left: [...left, ...classes.left],
  }
}

/** Throws if the only folders are those of splits: images that lie in them have no class. */
function requireMoreThanSplits(
  source: Source,
  labelled: readonly Unsplit[],
  found: readonly Unsplit[],
): void {
  const folders = [...new Set(found.map(({ folder }) => folder))]
  if (labelled.length > 0 || folders.length === 0 || !folders.every((folder) => splitNamed(folder))) return
  throw source.invalid(
    `the images lie in the folders ${folders.join(', ')}, which are splits and not classes; ${howToLabel}`,
  )
}

const howToLabel =
  'put those of each class in a folder named after the class, such as cat/1.jpg, or name their classes in a labels.csv with the columns file_name and label'

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
    : `the images in ${inside} lie in no class folders; ${howToLabel}`
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

/** What may be a mistake in the names of classes. */
function warningsOf(names: readonly string[]): ShotboardError[] {
  const [className = '', ...others] = names
  return [
    ...(others.length === 0 ? [errors.onlyOneClass({ className })] : []),
    ...similarNames(names).map((group) => errors.similarClassNames({ names: group })),
  ]
}

/** Groups of names that differ only by case. */
function similarNames(names: readonly string[]): string[][] {
  const groups = new Map<string, string[]>()
  for (const name of names) {
    const plain = name.normalize('NFC').toLowerCase()
    groups.set(plain, [...(groups.get(plain) ?? []), name])
  }
  return [...groups.values()].filter((group) => group.length > 1)
}
