import { errors, type ShotboardError } from '../errors.js'
import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'
import { classFolders } from './class-folders.js'
import { type Description, descriptionName, readDescription } from './description.js'
import { imageName } from './image-name.js'
import { findClassNames, namesOfNumbers } from './labels/class-names.js'
import { isLetter } from './labels/folders.js'
import { type LabelChoice, type Labels, readLabels } from './labels/read-labels.js'
import { mayBeImage, unreadReason } from './other-files.js'
import { type NestedImage, sharedFolders } from './shared-folders.js'
import type { LeftFile, Source, SourceFile } from './source.js'
import { type SplitRule, splitClass } from './split-rule.js'
import {
  containerNames,
  isJunk,
  isOfMasks,
  partsOfOne,
  type Split,
  splitNamed,
  splitsAmong,
  splitWithin,
  withoutSplit,
} from './well-known-names.js'

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
  const labels = await readLabels(
    source,
    files,
    { ...request.labels, byName: request.classFrom !== undefined },
    signal,
  )
  const yieldToEventLoop = createYieldToEventLoop()
  await yieldToEventLoop()
  const root = await rootOf(files, labels)
  await yieldToEventLoop()
  const others = files.filter((file) => !labels.files.has(file))
  const inside = others.filter(({ path }) => path.startsWith(root))
  const outside = others.filter(({ path }) => !path.startsWith(root))
  const placed = inside.map((file): Placed => ({ file, parts: partsBelow(root, file) }))
  const describing = placed.find(({ parts }) => parts.length === 1 && parts[0] === descriptionName)?.file
  const description = describing ? await readDescription(source, describing) : {}
  const rest = await tidy(placed.filter(({ file }) => file !== describing))
  await yieldToEventLoop()

  const hasSynsets = files.some(({ path }) => /(^|\/)synsets\.txt$/.test(path))
  const unused = perhaps(labels, others)
  const classFrom = request.classFrom ?? 'TOP'
  await yieldToEventLoop()
  const context = { source, labels, unused, splits: splitsOf(rest), classFrom, hasSynsets, signal }
  const sorted = hasSplits(context, rest)
    ? await bySplit(context, rest)
    : await byClass(context, rest, request.splitRule)
  await yieldToEventLoop()
  if (sorted.found.length === 0) throw source.invalid(whatToDo(rest, root, unused))
  const numbered = description.classes
    ? undefined
    : await findClassNames(source, files, classesIn(sorted.found), labels.files, signal)
  const named = description.classes ? namesOf(description) : (numbered?.names ?? namesOfNumbers(sorted.found))
  await yieldToEventLoop()
  // Written out, because copies of the rest of an object take thrice the memory.
  const images = sorted.found.map(({ file, folder, split }) => ({
    file,
    split,
    className: named.get(folder) ?? folder.trim(),
  }))
  const noPlace = outside.map((file) => leave(labels, file, 'it lies beside the folder of the dataset'))
  await yieldToEventLoop()
  const classes = classesOf(source, description, images)
  await yieldToEventLoop()
  const left = [...labels.left, ...sorted.left, ...noPlace].filter(({ file }) => file !== numbered?.file)
  return {
    name: description.dataset ?? (lastFolder(root) || source.name),
    classes,
    images: inReadingOrder(images.filter(({ file }) => file !== numbered?.file)),
    left: inReadingOrder(left),
    warnings: [
      ...(source.warnings?.() ?? []),
      ...warningsOf(classes.map(({ name }) => name)),
      ...(request.classFrom ? [] : warningOfFolders(nestedIn(context, rest))),
    ],
  }
}

const classesIn = (found: readonly Found[]): string[] => [...new Set(found.map(({ folder }) => folder))]

/** What finding the classes of files needs to know. */
interface Context {
  readonly source: Source
  readonly labels: Labels
  /** A file that may have the labels and is not used, with why, for errors. */
  readonly unused: string
  /** The folders below the root that are splits. */
  readonly splits: ReadonlyMap<string, Split>
  readonly classFrom: ClassFrom
  /** Whether there is a list of classes as CVAT writes it. */
  readonly hasSynsets: boolean
  readonly signal: AbortSignal | undefined
}

/** CVAT's export in the form of ImageNet has a folder for images without a label. */
const withoutLabel = 'no_label'
const isUnlabelled = `it lies in the folder ${withoutLabel}`

/** Tells why a file is left: it was read and is none of labels, its format is not read, or the given reason. */
const leave = (labels: Labels, file: SourceFile, reason: string): LeftFile => ({
  file,
  error: errors.fileNotImported({ reason: labels.whyNot(file) ?? unreadReason(file.path) ?? reason }),
})

/** Files that are no images by their names are left for another reason. */
const leaveWithoutLabel = (labels: Labels, file: SourceFile, reason: string): LeftFile =>
  imageName.test(file.path)
    ? { file, error: errors.imageWithoutLabel({ reason }) }
    : leave(
        labels,
        file,
        reason === notNamed ? 'it is not an image by its name, and no file of labels' : reason,
      )

const inReadingOrder = <T extends { readonly file: SourceFile }>(items: readonly T[]): T[] =>
  items.toSorted((a, b) => a.file.at - b.file.at)

/** macOS and other systems write the same accented name differently (NFD and NFC); both are the same class. */
const partsBelow = (root: string, { path }: SourceFile): string[] =>
  path.slice(root.length).normalize('NFC').split('/')

const lastFolder = (root: string): string => root.split('/').at(-2) ?? ''

/** The folders around all images, with their slashes. Files beside them without a label, such as a README, do not count. */
async function rootOf(files: readonly SourceFile[], labels: Labels): Promise<string> {
  const yieldToEventLoop = createYieldToEventLoop()
  const named = new Set(
    files.filter(({ path }) => imageName.test(path)).map(({ path }) => fileName(path).replace(imageName, '')),
  )
  // A file without an ending that is called like an image tells something of it, as those of Stanford Dogs do.
  const mayBeOne = ({ path }: SourceFile): boolean => mayBeImage(path) && !named.has(fileName(path))
  const images = files.filter((file) => labels.of(file) || mayBeOne(file))
  const labelled = files.filter((file) => labels.of(file))
  const isInside =
    (folder: string) =>
    ({ path }: SourceFile) =>
      path.startsWith(folder)
  let root = ''
  for (;;) {
    await yieldToEventLoop()
    const below = images.filter(isInside(root)).map(({ path }) => path.slice(root.length))
    const folders = withoutMasks(new Set(below.filter((path) => path.includes('/')).map(firstPart)))
    const [only = ''] = folders
    const next = `${only}/`
    const isAround =
      folders.size === 1 &&
      splitsAmong([only]).size === 0 &&
      !files.some(({ path }) => path === root + descriptionName) &&
      labelled.every(isInside(root + next)) &&
      // A folder with files of its own and no folders is a class.
      below.some((path) => path.startsWith(next) && path.slice(next.length).includes('/')) &&
      !below.some((path) => path.startsWith(next) && isImageIn(path.slice(next.length)))
    if (!isAround) return root
    root += next
  }
}

/** The folder of images alone, where only folders of masks and the like lie beside it. */
function withoutMasks(folders: ReadonlySet<string>): ReadonlySet<string> {
  const others = [...folders].filter((name) => !isOfMasks.test(name))
  const [only = ''] = others
  return others.length === 1 && containerNames.has(only.toLowerCase()) ? new Set(others) : folders
}

const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const firstPart = (path: string): string => path.split('/', 1)[0] ?? ''

const isImageIn = (path: string): boolean => !path.includes('/') && imageName.test(path)

/** The paths without folders that say nothing, and with the split before the class. */
async function tidy(files: readonly Placed[]): Promise<readonly Placed[]> {
  const yieldToEventLoop = createYieldToEventLoop()
  const steps = [withoutCopies, withoutParts, classesBySplit, splitFirst, withoutRepeats, withoutLetters]
  let tidied = files
  for (const step of steps) {
    tidied = step(tidied)
    await yieldToEventLoop()
  }
  return tidied
}

/**
 * `all/cat/image` as `cat/image`, where `cat` and the other folders in `all` lie beside it too: a folder that has all folders once more,
 * as published archives do. Its images are there twice, or more of the same.
 */
function withoutCopies(files: readonly Placed[]): readonly Placed[] {
  const inside = new Map<string, Set<string>>()
  for (const { file, parts } of files) {
    const [top = '', second = ''] = parts
    if (parts.length < 2 || !imageName.test(file.path)) continue
    // An image that lies in the folder itself has no folder there.
    inside.set(top, (inside.get(top) ?? new Set()).add(parts.length > 2 ? second : ''))
  }
  const copies = new Set(
    [...inside].flatMap(([top, folders]) =>
      folders.size > 1 &&
      splitsAmong([top]).size === 0 &&
      [...folders].every((name) => name !== top && inside.has(name))
        ? [top]
        : [],
    ),
  )
  if (copies.size === 0) return files
  return files.map((placed) =>
    placed.parts.length > 2 && copies.has(placed.parts[0] ?? '')
      ? { ...placed, parts: placed.parts.slice(1) }
      : placed,
  )
}

/** `fold1/class/image` and `fold2/class/image` as `class/image`: the numbered parts of a dataset, which have the same classes. */
function withoutParts(files: readonly Placed[]): readonly Placed[] {
  const images = files.filter(({ file, parts }) => parts.length > 1 && imageName.test(file.path))
  const folders = [...new Set(images.map(({ parts }) => parts[0] ?? ''))]
  const kind = partsOfOne(folders)
  const inside = new Set(images.map(({ parts }) => `${parts[0]}/${parts[1]}`))
  const classes = new Set(images.map(({ parts }) => parts[1] ?? ''))
  const haveClasses = images.every(({ parts }) => parts.length > 2)
  if (kind === undefined || !haveClasses || (kind === 'DATASET' && classes.size === inside.size)) return files
  const isPart = new Set(folders)
  return files.map((placed) =>
    placed.parts.length > 2 && isPart.has(placed.parts[0] ?? '')
      ? { ...placed, parts: placed.parts.slice(1) }
      : placed,
  )
}

/** `cat_train/image` beside `dog_train/image` and `cat_test/image` as `cat_train/cat/image`: each folder names a class and a split. */
function classesBySplit(files: readonly Placed[]): readonly Placed[] {
  const images = files.filter(({ file, parts }) => parts.length > 1 && imageName.test(file.path))
  const folders = [...new Set(images.map(({ parts }) => parts[0] ?? ''))]
  const splits = splitsAmong(folders)
  const classes = new Set(folders.map(withoutSplit))
  const isRule =
    classes.size > 1 &&
    !classes.has('') &&
    folders.every((folder) => splits.has(folder)) &&
    images.every(({ parts }) => parts.length === 2)
  if (!isRule) return files
  return files.map((placed) => {
    const [first = '', ...below] = placed.parts
    return splits.has(first) ? { ...placed, parts: [first, classBeside(first), ...below] } : placed
  })
}

/** What stands before or after the split in `Sea lion_train`. */
const classBeside = (folder: string): string =>
  folder
    .split(/([\s._-]+)/)
    .filter((part) => splitWithin(part) === undefined)
    .join('')
    .replace(/^[\s._-]+|[\s._-]+$/g, '')

/** `class/split/…/image` as `split/class/…/image`, where every class has folders of splits with most of its images. */
function splitFirst(files: readonly Placed[]): readonly Placed[] {
  const images = files.filter(({ file, parts }) => parts.length > 1 && imageName.test(file.path))
  const splits = splitsAmong(images.flatMap(({ parts }) => (parts.length > 2 ? (parts[1] ?? '') : [])))
  const liesSo = ({ parts }: Placed): boolean => parts.length > 2 && splits.has(parts[1] ?? '')
  const inSplits = images.filter(liesSo)
  const classes = new Set(images.map(({ parts }) => parts[0] ?? ''))
  const haveSplits = new Set(inSplits.map(({ parts }) => parts[0] ?? ''))
  const isRule =
    inSplits.length * 2 >= images.length &&
    inSplits.length > 0 &&
    haveSplits.size === classes.size &&
    splitsAmong(classes).size === 0
  if (!isRule) return files
  return files.map((placed) => {
    const [first = '', second = '', ...below] = placed.parts
    return liesSo(placed) ? { ...placed, parts: [second, first, ...below] } : placed
  })
}

/** `train/train/class/image` and `train/images/class/image` as `train/class/image`: folders around all that a split has. */
function withoutRepeats(files: readonly Placed[]): readonly Placed[] {
  const splits = splitsOf(files)
  const images = files.filter(({ file }) => mayBeImage(file.path))
  const around = [...splits.keys()].flatMap((split) => {
    const inside = images.filter(({ parts }) => parts[0] === split)
    const [only = ''] = inside.map(({ parts }) => parts[1] ?? '')
    const saysNothing =
      splitsAmong([split, only]).has(only) || only === split || containerNames.has(only.toLowerCase())
    const isAround = inside.every(({ parts }) => parts[1] === only && parts.length > 3)
    return inside.length > 0 && saysNothing && isAround ? [`${split}/${only}`] : []
  })
  if (around.length === 0) return files
  const isAround = new Set(around)
  return files.map((placed) => {
    const [first = '', second, ...below] = placed.parts
    return below.length > 0 && isAround.has(`${first}/${second}`)
      ? { ...placed, parts: [first, ...below] }
      : placed
  })
}

/** `a/abbey/image` and `b/bar/inside/image` as `abbey/image` and `bar/inside`/image: folders of letters, in each split or in the root. */
function withoutLetters(files: readonly Placed[]): readonly Placed[] {
  const splits = splitsOf(files)
  const depthOf = ({ parts }: Placed): number => (splits.has(parts[0] ?? '') ? 1 : 0)
  const images = files.filter(
    (placed) => imageName.test(placed.file.path) && placed.parts.length > depthOf(placed) + 1,
  )
  const areLetters =
    images.length > 0 &&
    images.every((placed) => {
      const [letter = '', ...below] = placed.parts.slice(depthOf(placed), -1)
      return isLetter(letter, below[0])
    })
  if (!areLetters) return files
  return files.map((placed) => {
    const at = depthOf(placed)
    const { parts } = placed
    if (parts.length <= at + 2) return placed
    return {
      ...placed,
      parts: [...parts.slice(0, at), parts.slice(at + 1, -1).join('/'), parts.at(-1) ?? ''],
    }
  })
}

/** The folders below the root that are splits: those with images in folders, or in themselves. */
const splitsOf = (files: readonly Placed[]): ReadonlyMap<string, Split> =>
  splitsAmong(
    files.flatMap(({ file, parts }) => (parts.length > 1 && mayBeImage(file.path) ? (parts[0] ?? '') : [])),
  )

/** Whether images are in splits: by their labels, or by folders below the root with folders of classes or labels in them. */
const hasSplits = ({ labels, splits }: Context, files: readonly Placed[]): boolean =>
  files.some(({ file, parts }) => {
    const label = labels.of(file)
    if (label?.split) return true
    return splits.has(parts[0] ?? '') && parts.length > 1 && (parts.length > 2 || label)
  })

async function bySplit(
  { source, labels, splits, classFrom, hasSynsets, signal }: Context,
  files: readonly Placed[],
): Promise<Sorted> {
  const left: LeftFile[] = []
  const found: Found[] = []
  const inFolders: Found[] = []
  const containers = containersOf(files)
  const ofFolders = splitsOfFolders(labels, splits, files)
  const yieldToEventLoop = createYieldToEventLoop()
  for (const { file, parts } of files) {
    await yieldToEventLoop()
    const [top = '', folder = ''] = parts
    const label = labels.of(file)
    const problem = labels.problemOf(file)
    const split = label?.split ?? (parts.length > 1 ? (splits.get(top) ?? splitNamed(top)) : undefined)
    if (problem) left.push({ file, error: problem })
    else if (label === undefined && labels.speakFor(file) && !ofFolders.has(top))
      left.push(leaveWithoutLabel(labels, file, notNamed))
    else if (split === undefined) {
      left.push(leave(labels, file, label ? 'its label names no split' : 'it lies in no folder of a split'))
    } else if (label !== undefined) found.push({ file, folder: label.name, split })
    else if (parts.length === 2) {
      left.push(leaveWithoutLabel(labels, file, 'it lies in no folder of a class, and has no label'))
    } else if (hasSynsets && folder === withoutLabel) {
      left.push(leaveWithoutLabel(labels, file, isUnlabelled))
    } else if (containers.has(`${top}/${folder}`))
      left.push(leaveWithoutLabel(labels, file, 'it has no label'))
    else inFolders.push({ file, folder: classFolder(parts.slice(1, -1), classFrom), split })
  }
  const classes = await classFolders(source, inFolders, signal)
  return { found: [...found, ...classes.found], left: [...left, ...classes.left] }
}

const notNamed = 'the file of labels gives it none'

/**
 * The folders of splits that files of labels say nothing of, and which have the classes as folders: ImageNet has a table for the
 * validation images alone, and the classes that it names are the folders of the training images.
 */
function splitsOfFolders(
  labels: Labels,
  splits: ReadonlyMap<string, Split>,
  files: readonly Placed[],
): ReadonlySet<string> {
  const names = new Set<string>()
  const labelled = new Set<string>()
  const folders = new Map<string, Set<string>>()
  for (const { file, parts } of files) {
    const [top = '', folder = ''] = parts
    const label = labels.of(file)
    if (label) {
      names.add(label.name)
      labelled.add(top)
    } else if (splits.has(top) && parts.length > 2 && imageName.test(file.path))
      folders.set(top, (folders.get(top) ?? new Set()).add(folder.trim()))
  }
  if (labels.areChosen) return new Set()
  const haveClasses = (has: ReadonlySet<string>): boolean =>
    [...names].filter((name) => has.has(name)).length * 2 >= names.size
  return new Set([...folders].flatMap(([top, has]) => (!labelled.has(top) && haveClasses(has) ? [top] : [])))
}

/** The folder that names the class, of those around an image. Folders such as `images` name none if another one does. */
function classFolder(around: readonly string[], classFrom: ClassFrom): string {
  if (classFrom === 'TOP') return around[0] ?? ''
  return around.findLast((name) => !containerNames.has(name.toLowerCase())) ?? around.at(-1) ?? ''
}

/** Folders such as `val/images` that are all that a split has: they hold its images, whatever their class. */
function containersOf(files: readonly Placed[]): ReadonlySet<string> {
  const folders = new Map<string, Set<string>>()
  for (const { file, parts } of files) {
    const [top = '', folder = ''] = parts
    if (parts.length > 2 && mayBeImage(file.path))
      folders.set(top, (folders.get(top) ?? new Set()).add(folder))
  }
  return new Set(
    [...folders].flatMap(([top, inside]) => {
      const [only = ''] = inside
      return inside.size === 1 && containerNames.has(only.toLowerCase()) ? [`${top}/${only}`] : []
    }),
  )
}

async function byClass(
  { source, labels, unused, classFrom, hasSynsets, signal }: Context,
  files: readonly Placed[],
  rule: SplitRule,
): Promise<Sorted> {
  const left: LeftFile[] = []
  const labelled: Unsplit[] = []
  const inFolders: Unsplit[] = []
  const yieldToEventLoop = createYieldToEventLoop()
  for (const { file, parts } of files) {
    await yieldToEventLoop()
    const label = labels.of(file)
    const problem = labels.problemOf(file)
    if (problem) left.push({ file, error: problem })
    else if (label !== undefined) labelled.push({ file, folder: label.name, name: parts.join('/') })
    else if (labels.speakFor(file)) left.push(leaveWithoutLabel(labels, file, notNamed))
    else if (parts.length === 1) {
      left.push(leaveWithoutLabel(labels, file, 'it lies in no folder of a class, and has no label'))
    } else if (hasSynsets && parts[0] === withoutLabel) {
      left.push(leaveWithoutLabel(labels, file, isUnlabelled))
    } else {
      const folder = classFolder(parts.slice(0, -1), classFrom)
      const name = classFrom === 'TOP' ? parts.slice(1).join('/') : parts.join('/')
      inFolders.push({ file, folder, name })
    }
  }
  const classes = await classFolders(source, inFolders, signal)
  requireClasses(source, labelled, classes.found, unused)
  return {
    found: await splitByRule([...labelled, ...classes.found], rule),
    left: [...left, ...classes.left],
  }
}

/** Throws if the only folders are those of splits, or of images whatever their class: images that lie in them have no class. */
function requireClasses(
  source: Source,
  labelled: readonly Unsplit[],
  found: readonly Unsplit[],
  unused: string,
): void {
  const folders = [...new Set(found.map(({ folder }) => folder))]
  if (labelled.length > 0 || folders.length === 0) return
  const [only = '', ...others] = folders
  const areOfImages =
    others.length === 0 ? containerNames.has(only.toLowerCase()) : partsOfOne(folders) === 'IMAGES'
  if (!areOfImages && splitsAmong(folders).size < folders.length) return
  const what = areOfImages ? 'say nothing of classes' : 'are splits and not classes'
  throw source.invalid(
    `the images lie in the folders ${folders.join(', ')}, which ${what}; ${howToLabel}${unused}`,
  )
}

/** Names a file that may have the labels and is not used, with why. */
function perhaps(labels: Labels, files: readonly SourceFile[]): string {
  const [wrong] = labels.left
  if (wrong) return `. ${wrong.file.path}: ${wrong.error.message.replace(/\.$/, '')}`
  const [unread] = files.flatMap((file) => {
    const reason = labels.whyNot(file) ?? unreadReason(file.path)
    return reason === undefined ? [] : [`. ${file.path} is not used: ${reason}`]
  })
  return unread ?? ''
}

const howToLabel =
  'put those of each class in a folder named after the class, such as cat/1.jpg, or name their classes in a labels.csv with the columns file_name and label'

async function splitByRule(images: readonly Unsplit[], rule: SplitRule): Promise<Found[]> {
  // A copy has the name of the image that it is of.
  const names = new Map<string, Set<string>>()
  const yieldToEventLoop = createYieldToEventLoop()
  for (const { file, folder, name } of images) {
    // A text between the images is none of them.
    if (!mayBeImage(file.path)) continue
    const inFolder = names.get(folder)
    if (inFolder) inFolder.add(name)
    else names.set(folder, new Set([name]))
    await yieldToEventLoop()
  }
  const splits = new Map<string, ReturnType<typeof splitClass>>()
  for (const [folder, inFolder] of names) {
    splits.set(folder, splitClass(folder, [...inFolder], rule))
    await yieldToEventLoop()
  }
  return images.map(({ file, folder, name }) => ({
    file,
    folder,
    split: splits.get(folder)?.get(name) ?? 'SUPPORT_POOL',
  }))
}

function whatToDo(files: readonly Placed[], root: string, unused: string): string {
  const images = files.filter(({ file }) => imageName.test(file.path)).length
  const inside = root === '' ? 'it' : root
  return images === 0
    ? `${inside} has no images; it needs folders named after the classes, with the images in them${unused}`
    : `the images in ${inside} lie in no class folders; ${howToLabel}${unused}`
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

/** The images whose class is that of a folder, with the folders below it. */
const nestedIn = ({ labels, splits }: Context, files: readonly Placed[]): NestedImage[] =>
  files.flatMap(({ file, parts }) => {
    const [folder, ...below] = parts.slice(splits.has(parts[0] ?? '') ? 1 : 0, -1)
    const isOfFolder = folder !== undefined && labels.of(file) === undefined && mayBeImage(file.path)
    return isOfFolder ? [{ folder, below }] : []
  })

function warningOfFolders(images: readonly NestedImage[]): ShotboardError[] {
  const folders = sharedFolders(images)
  return folders.length === 0 ? [] : [errors.foldersInSeveralClasses({ folders })]
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
