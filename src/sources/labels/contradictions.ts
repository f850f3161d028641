import type { SourceFile } from '../source.js'
import { splitWithin, withoutSplit } from '../well-known-names.js'
import { classesByFolder } from './folders.js'
import type { LabelFile } from './label-row.js'

export interface Agreement {
  readonly used: readonly LabelFile[]
  readonly left: readonly { readonly file: SourceFile; readonly reason: string }[]
}

/** Files contradict each other if they do so about more than this share of their common images. */
const most = 0.5

/**
 * Chooses among files of labels that contradict each other: of several partitions into splits the first one (`train1.txt` and
 * `test1.txt`); train and val before trainval; and of several labellings the one that tells more classes.
 */
export function agree(found: readonly LabelFile[]): Agreement {
  if (found.length < 2) return { used: found, left: [] }
  const partition = firstPartition(found)
  const split = withoutTrainval(partition.used)
  const labelling = finestLabelling(split.used)
  return { used: labelling.used, left: [...partition.left, ...split.left, ...labelling.left] }
}

const nameOf = ({ file }: LabelFile): string =>
  file.path.slice(file.path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '')
const folderOf = ({ file }: LabelFile): string => file.path.slice(0, file.path.lastIndexOf('/') + 1)
const familyOf = (each: LabelFile): string => folderOf(each) + withoutSplit(nameOf(each))
const numberOf = (each: LabelFile): string => /\d+/.exec(nameOf(each))?.[0] ?? ''

const imagesIn = (files: readonly LabelFile[]): ReadonlySet<SourceFile> =>
  new Set(files.flatMap(({ images }) => images.flatMap((image) => image ?? [])))

const groupBy = (
  files: readonly LabelFile[],
  keyOf: (each: LabelFile) => string,
): Map<string, LabelFile[]> => {
  const groups = new Map<string, LabelFile[]>()
  for (const each of files) groups.set(keyOf(each), [...(groups.get(keyOf(each)) ?? []), each])
  return groups
}

function firstPartition(found: readonly LabelFile[]): Agreement {
  const left: { file: SourceFile; reason: string }[] = []
  for (const family of groupBy(found, familyOf).values()) {
    const numbered = family.filter((each) => splitWithin(nameOf(each)) !== undefined && numberOf(each) !== '')
    const [first, ...others] = [...groupBy(numbered, numberOf)].toSorted(([a], [b]) => Number(a) - Number(b))
    if (first === undefined) continue
    const images = imagesIn(first[1])
    for (const [, files] of others) {
      // Parts of one list, such as train_1.csv and train_2.csv, have other images.
      if (!files.some((each) => [...imagesIn([each])].some((image) => images.has(image)))) continue
      const reason = `it is another partition than ${first[1].map((each) => each.file.path).join(' and ')}, which comes first`
      left.push(...files.map(({ file }) => ({ file, reason })))
    }
  }
  return without(found, left)
}

function withoutTrainval(found: readonly LabelFile[]): Agreement {
  const isTrainval = (each: LabelFile) => /trainval/i.test(nameOf(each))
  const left = [...groupBy(found, familyOf).values()].flatMap((family) => {
    const finer = family.find((each) => splitWithin(nameOf(each)) === 'VALIDATION')
    if (finer === undefined) return []
    return family
      .filter(isTrainval)
      .map(({ file }) => ({ file, reason: `${finer.file.path} and others tell the splits more exactly` }))
  })
  return without(found, left)
}

function finestLabelling(found: readonly LabelFile[]): Agreement {
  const classOf = classesByFolder(found)
  const families = [...groupBy(found, familyOf).values()].map((files) => familyIn(files, classOf))
  // Files that tell of few images count less than those of many; then those of one label an image come first, with splits, of many classes.
  const isOfMore = (a: Family, b: Family) => a.labels.size > 2 * b.labels.size
  const ranked = families.toSorted(
    (a, b) =>
      Number(isOfMore(b, a)) - Number(isOfMore(a, b)) ||
      Number(a.hasSeveral) - Number(b.hasSeveral) ||
      Number(b.hasSplits) - Number(a.hasSplits) ||
      b.classes - a.classes,
  )
  const taken = new Map<SourceFile, string>()
  const left: { file: SourceFile; reason: string }[] = []
  const first = ranked[0]?.files[0]?.file.path
  for (const { files, labels, hasSeveral } of ranked) {
    const common = [...labels].filter(([image]) => taken.has(image))
    const other = common.filter(([image, label]) => taken.get(image) !== label)
    if (common.length > 1 && other.length > (hasSeveral ? 0 : most * common.length)) {
      const reason = `its labels are others than those of ${first}; choose it as the file of labels, if they are the right ones`
      left.push(...files.map(({ file }) => ({ file, reason })))
    } else for (const [image, label] of labels) taken.set(image, label)
  }
  return without(found, left)
}

/** Files of the same labelling. */
interface Family {
  readonly files: readonly LabelFile[]
  readonly labels: ReadonlyMap<SourceFile, string>
  readonly classes: number
  readonly hasSplits: boolean
  /** Whether it gives many images several labels. */
  readonly hasSeveral: boolean
}

const many = 0.05

function familyIn(files: readonly LabelFile[], classOf: (image: SourceFile) => string | undefined): Family {
  const labels = new Map<SourceFile, string>()
  const several = new Set<SourceFile>()
  for (const { rows, images } of files) {
    for (const [i, row] of rows.entries()) {
      const image = images[i]
      const label = image && row.byFolder ? classOf(image) : row.label
      if (image === undefined || label === undefined) continue
      if ((labels.get(image) ?? label) === label) labels.set(image, label)
      else several.add(image)
    }
  }
  const classes = new Set(labels.values()).size
  const hasSplits = files.some((each) => splitWithin(nameOf(each)) !== undefined)
  return { files, labels, classes, hasSplits, hasSeveral: several.size > many * labels.size }
}

function without(found: readonly LabelFile[], left: Agreement['left']): Agreement {
  const gone = new Set(left.map(({ file }) => file))
  return { used: found.filter(({ file }) => !gone.has(file)), left }
}
