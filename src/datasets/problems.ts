import { errors } from '../errors.js'
import type { ClassRow } from '../store/datasets.js'
import type { Store } from '../store/store.js'
import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'
import { comparableName } from './comparable-name.js'

export type ProblemKind =
  | 'LABEL_CONFLICT'
  | 'CLASS_WITHOUT_IMAGES'
  | 'CLASS_OF_ONE_IMAGE'
  | 'SIMILAR_CLASS_NAMES'

/** Something about a dataset that its owner should look at. It may be meant. */
export interface DatasetProblem<Class = ClassRow> {
  readonly kind: ProblemKind
  readonly text: string
  /** The classes that it is about. With LABEL_CONFLICT, the one that the dataset has first. */
  readonly classes: readonly Class[]
  /** With LABEL_CONFLICT, the image. */
  readonly imageId: string | null
}

/** The problems of several datasets, by dataset. They take a few statements, and read no image. */
export async function problemsOf(
  { datasets, datasetImages, labelConflicts }: Pick<Store, 'datasets' | 'datasetImages' | 'labelConflicts'>,
  ids: readonly string[],
): Promise<Map<string, DatasetProblem[]>> {
  const [classes, counts, conflicts] = await Promise.all([
    datasets.classesOf(ids),
    datasetImages.classCounts(ids),
    labelConflicts.conflictsOf(ids),
  ])
  const problems = new Map<string, DatasetProblem[]>()
  for (const id of ids) {
    const own = classes.get(id) ?? []
    const images = { all: own.map(() => 0), supportPool: own.map(() => 0) }
    for (const { classIndex, split, images: count } of counts.get(id) ?? []) {
      images.all[classIndex] = (images.all[classIndex] ?? 0) + count
      if (split === 'SUPPORT_POOL') images.supportPool[classIndex] = count
    }
    const conflicting = (conflicts.get(id) ?? []).map(({ imageId, classIndex, otherIndex }) => {
      const [has, other] = [own[classIndex], own[otherIndex]] as [ClassRow, ClassRow]
      const text = `The same image came as "${has.name}" and as "${other.name}". The dataset has it as "${has.name}".`
      return { kind: 'LABEL_CONFLICT', text, classes: [has, other], imageId } as const
    })
    const few = await classesOfFewImages(own, images)
    const similar = await similarNames(own)
    problems.set(id, [conflicting, few, similar].flatMap(inShort))
  }
  return problems
}

/** Problems of a kind that are listed. Nobody reads more, and an answer with a problem for each of very many classes would take long. */
const maxOfKind = 1000

/** The first problems of each kind, and for each kind how many more there are. */
function inShort(problems: readonly DatasetProblem[]): DatasetProblem[] {
  if (problems.length <= maxOfKind) return [...problems]
  const kinds = [...new Set(problems.map(({ kind }) => kind))]
  return kinds.flatMap((kind) => {
    const same = problems.filter((each) => each.kind === kind)
    const more = same.length - maxOfKind
    if (more <= 0) return same
    const text = `${more.toLocaleString('en')} more like the one before.`
    return [...same.slice(0, maxOfKind), { kind, text, classes: [], imageId: null }]
  })
}

/** How many images each class has, [C]. */
export interface ClassSizes {
  /** In all splits together. */
  readonly all: readonly number[]
  readonly supportPool: readonly number[]
}

/** Classes with at most one image, or without one in the support pool where others have some: no support set can be drawn. */
export async function classesOfFewImages<Class extends Omit<ClassRow, 'id'>>(
  classes: readonly Class[],
  { all, supportPool }: ClassSizes,
): Promise<DatasetProblem<Class>[]> {
  const isForTestsOnly = supportPool.every((images) => images === 0)
  const problems: DatasetProblem<Class>[] = []
  const yieldToEventLoop = createYieldToEventLoop()
  for (const label of classes) {
    await yieldToEventLoop()
    const { name: className, index } = label
    const has = all[index] ?? 0
    const about = { classes: [label], imageId: null }
    if (has === 0) {
      problems.push({ kind: 'CLASS_WITHOUT_IMAGES', text: `Class "${className}" has no image.`, ...about })
    } else if (has === 1) {
      const text = errors.classOfOneImage({ className }).message
      problems.push({ kind: 'CLASS_OF_ONE_IMAGE', text, ...about })
    } else if (!isForTestsOnly && supportPool[index] === 0) {
      const text = errors.classWithoutImages({ className }).message
      problems.push({ kind: 'CLASS_WITHOUT_IMAGES', text, ...about })
    }
  }
  return problems
}

/** Classes whose names differ only by case. */
async function similarNames(classes: readonly ClassRow[]): Promise<DatasetProblem[]> {
  const groups = new Map<string, ClassRow[]>()
  const yieldToEventLoop = createYieldToEventLoop()
  for (const each of classes) {
    await yieldToEventLoop()
    const name = comparableName(each.name)
    const group = groups.get(name)
    if (group) group.push(each)
    else groups.set(name, [each])
  }
  return [...groups.values()].flatMap((group) => {
    if (group.length === 1) return []
    const names = group.map(({ name }) => `"${name}"`).join(', ')
    const text = `The names of the classes ${names} differ only by upper and lower case.`
    return [{ kind: 'SIMILAR_CLASS_NAMES', text, classes: group, imageId: null } as const]
  })
}
