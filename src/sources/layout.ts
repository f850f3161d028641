import { type Description, descriptionName, readDescription } from './description.js'
import type { Source, SourceFile } from './source.js'
import { type SplitRule, splitClass } from './split-rule.js'

type Split = 'SUPPORT_POOL' | 'VALIDATION' | 'TEST'

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

/** The classes and images of a source, from its paths and its `dataset.json`. */
export interface Layout {
  readonly name: string
  readonly classes: readonly LaidOutClass[]
  /** In reading order of the source. */
  readonly images: readonly LaidOutImage[]
}

const splitFolders: Readonly<Record<string, Split>> = {
  support_pool: 'SUPPORT_POOL',
  train: 'SUPPORT_POOL',
  validation: 'VALIDATION',
  val: 'VALIDATION',
  test: 'TEST',
}

const imageName = /\.(jpe?g|png|webp|gif|tiff?|avif)$/i

/**
 * Finds the images of a source with paths `split/class/image`, or `class/image`, which are then split by the rule.
 * One folder around everything is allowed. Throws the error of the source if the paths are neither, or if
 * `dataset.json` does not fit.
 */
export async function layOut(source: Source, rule: SplitRule, signal?: AbortSignal): Promise<Layout> {
  const files = await source.files(signal)
  const around = leadingFolder(files)
  const found =
    bySplit(files, '') ?? bySplit(files, around) ?? byClass(files, rootOfClasses(files, around), rule)
  if (!found) {
    const splits = Object.keys(splitFolders).join(', ')
    throw source.invalid(`it has no images with paths split/class/image (splits: ${splits}) or class/image`)
  }
  const { root, images } = found
  const describing = files.find(({ path }) => path === `${root}${descriptionName}`)
  const description = describing ? await readDescription(source, describing) : {}
  const named = namesOf(description)
  const withNames = images.map(({ folder, ...image }) => ({
    ...image,
    className: named.get(folder) ?? folder.trim(),
  }))
  return {
    name: description.dataset ?? (root.replace(/\/$/, '') || source.name),
    classes: classesOf(source, description, withNames),
    images: withNames,
  }
}

interface Found {
  /** The common start of all paths: empty, or a folder with its slash. */
  readonly root: string
  readonly images: readonly { readonly file: SourceFile; readonly folder: string; readonly split: Split }[]
}

/** The single folder around everything, with its slash; otherwise empty. */
function leadingFolder(files: readonly SourceFile[]): string {
  const [first] = files
  const around = first ? first.path.slice(0, first.path.indexOf('/') + 1) : ''
  return files.every(({ path }) => path.startsWith(around)) ? around : ''
}

function bySplit(files: readonly SourceFile[], root: string): Found | undefined {
  const images = files.flatMap((file) => {
    const [splitFolder = '', folder = '', name, ...deeper] = partsBelow(root, file)
    const split = Object.hasOwn(splitFolders, splitFolder) ? splitFolders[splitFolder] : undefined
    return split && name !== undefined && deeper.length === 0 ? [{ file, folder, split }] : []
  })
  return images.length > 0 ? { root, images } : undefined
}

/** A single folder around everything is a class if it contains images itself. */
const rootOfClasses = (files: readonly SourceFile[], around: string): string =>
  files.some((file) => partsBelow(around, file).length === 2) ? around : ''

function byClass(files: readonly SourceFile[], root: string, rule: SplitRule): Found | undefined {
  const folders = new Map<string, { file: SourceFile; name: string }[]>()
  for (const file of files) {
    const [folder = '', name, ...deeper] = partsBelow(root, file)
    if (name === undefined || deeper.length > 0) continue
    const inFolder = folders.get(folder)
    if (inFolder) inFolder.push({ file, name })
    else folders.set(folder, [{ file, name }])
  }
  const splits = new Map<SourceFile, { folder: string; split: Split }>()
  for (const [folder, inFolder] of folders) {
    // A folder without images is not a class.
    if (!inFolder.some(({ name }) => imageName.test(name))) continue
    const names = inFolder.map(({ name }) => name)
    const splitOf = splitClass(folder, names, rule)
    for (const { file, name } of inFolder) {
      splits.set(file, { folder, split: splitOf.get(name) ?? 'SUPPORT_POOL' })
    }
  }
  const images = files.flatMap((file) => {
    const found = splits.get(file)
    return found ? [{ file, ...found }] : []
  })
  return images.length > 0 ? { root, images } : undefined
}

/** macOS and other systems write the same accented name differently (NFD and NFC); both are the same class. */
const partsBelow = (root: string, { path }: SourceFile): string[] =>
  path.startsWith(root) ? path.slice(root.length).normalize('NFC').split('/') : []

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
