import { errors } from '../errors.js'
import type { ClassRow } from '../store/datasets.js'
import type { Store } from '../store/store.js'
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
  return new Map(
    ids.map((id) => {
      const own = classes.get(id) ?? []
      const images = own.map(() => 0)
      for (const count of counts.get(id) ?? []) {
        images[count.classIndex] = (images[count.classIndex] ?? 0) + count.images
      }
      const conflicting = (conflicts.get(id) ?? []).map(({ imageId, classIndex, otherIndex }) => {
        const [has, other] = [own[classIndex], own[otherIndex]] as [ClassRow, ClassRow]
        const text = `The same image came as "${has.name}" and as "${other.name}". The dataset has it as "${has.name}".`
        return { kind: 'LABEL_CONFLICT', text, classes: [has, other], imageId } as const
      })
      return [id, [...conflicting, ...classesOfFewImages(own, images), ...similarNames(own)]]
    }),
  )
}

/** Classes with at most one image, given the number of images of each. */
export const classesOfFewImages = <Class extends Omit<ClassRow, 'id'>>(
  classes: readonly Class[],
  images: readonly number[],
): DatasetProblem<Class>[] => classes.flatMap((each) => tooFew(each, images))

function tooFew<Class extends Omit<ClassRow, 'id'>>(
  label: Class,
  images: readonly number[],
): DatasetProblem<Class>[] {
  const has = images[label.index] ?? 0
  if (has > 1) return []
  return [
    {
      kind: has === 0 ? 'CLASS_WITHOUT_IMAGES' : 'CLASS_OF_ONE_IMAGE',
      text:
        has === 0
          ? `Class "${label.name}" has no image.`
          : errors.classOfOneImage({ className: label.name }).message,
      classes: [label],
      imageId: null,
    },
  ]
}

/** Classes whose names differ only by case. */
function similarNames(classes: readonly ClassRow[]): DatasetProblem[] {
  const groups = new Map<string, ClassRow[]>()
  for (const each of classes) {
    const name = comparableName(each.name)
    groups.set(name, [...(groups.get(name) ?? []), each])
  }
  return [...groups.values()].flatMap((group) => {
    if (group.length === 1) return []
    const names = group.map(({ name }) => `"${name}"`).join(', ')
    const text = `The names of the classes ${names} differ only by upper and lower case.`
    return [{ kind: 'SIMILAR_CLASS_NAMES', text, classes: group, imageId: null } as const]
  })
}
