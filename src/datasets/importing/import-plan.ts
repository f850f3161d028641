import { errors } from '../../errors.js'
import type { Source } from '../../sources/source.js'
import type { ClassRow, DatasetImageRow } from '../../store/datasets.js'
import type { Split } from '../../store/enums.js'
import { addFiles, type RejectedFileRow, type SomeFilesRow, type WarningRow } from '../../store/imports.js'
import { parseClass } from '../class-input.js'
import { classesOfFewImages } from '../problems.js'
import { warningOf } from './import-options.js'
import { type ImportSourceContext, type ImportSourceRequest, importSource } from './import-source.js'
import { cutPromptWarnings, type ImportWarningsContext, inShort } from './import-warnings.js'

/** What an import would do. */
export interface ImportPlan {
  readonly name: string
  /** The dataset that it would add to; null if it would create one. */
  readonly dataset: string | null
  /** The images that it would add, by class and split. */
  readonly classes: readonly PlannedClass[]
  readonly added: number
  readonly duplicates: number
  readonly rejected: readonly RejectedFileRow[]
  /** What may be a mistake, such as classes whose names differ only by case. */
  readonly warnings: readonly WarningRow[]
}

export interface PlannedClass {
  readonly name: string
  readonly images: Readonly<Record<Split, number>>
}

/** A class may not be there yet. */
type NumberedClass = Omit<ClassRow, 'id'>

/**
 * Looks through a source as an import does, checks every image, and stores nothing. Throws as `importSource`. `context.intake`
 * checks images without storing them.
 */
export async function planImport(
  context: Pick<ImportSourceContext, 'intake'> & ImportWarningsContext,
  source: Source,
  request: ImportSourceRequest,
  onProgress: (done: number, total: number) => void = () => {},
  signal?: AbortSignal,
): Promise<ImportPlan> {
  const { store, intake } = context
  const planned: { name: string; dataset: string | null; classes: readonly NumberedClass[] } = {
    ...{ name: '', dataset: null, classes: [] },
  }
  const counts: Record<Split, number>[] = []
  const places = new Map<string, Pick<DatasetImageRow, 'classIndex' | 'split'>>()
  const result = { added: 0, duplicates: 0, rejected: [] as RejectedFileRow[] }
  let files = 0
  let inOtherSplit: SomeFilesRow = { files: 0, first: [] }
  const warnings: WarningRow[] = []

  function plan(name: string, dataset: string | null, classes: readonly NumberedClass[]): void {
    Object.assign(planned, { name, dataset, classes })
    for (const _ of classes) counts.push({ SUPPORT_POOL: 0, VALIDATION: 0, TEST: 0 })
  }

  const createDataset: ImportSourceContext['createDataset'] = async ({ name, classes }) => {
    plan(
      name,
      null,
      classes.map((each, i) => ({ ...parseClass(each, `classes[${i}]`), index: i })),
    )
    return { id: '', name, createdAt: new Date() }
  }
  await importSource(
    { store, intake, createDataset },
    source,
    { ...request, updatePrompts: false },
    {
      position: 0,
      taken: 0,
      async begin(all, told) {
        files = all
        warnings.push(...told.map(warningOf))
      },
      unreadable: (error) => warnings.push(warningOf(error)),
      async setDataset({ id, name }) {
        if (id === '') return
        plan(name, id, await store.datasets.classes(id))
        for (const { imageId, ...place } of await store.datasets.images(id)) places.set(imageId, place)
      },
      async step({ images, rejected }) {
        const elsewhere: number[] = []
        for (const [at, { imageId, classIndex, split, file }] of images.entries()) {
          const has = places.get(imageId)
          const count = counts[classIndex]
          if (has === undefined && count) {
            places.set(imageId, { classIndex, split })
            count[split]++
            result.added++
          } else if (has?.classIndex === classIndex) {
            result.duplicates++
            if (has.split !== split) elsewhere.push(at)
          } else {
            const nameOf = (index: number) => planned.classes[index]?.name ?? ''
            const conflict = { className: nameOf(classIndex), other: nameOf(has?.classIndex ?? -1) }
            const { code, message } = errors.labelConflict(conflict)
            result.rejected.push({ file, code, reason: message })
          }
        }
        inOtherSplit = addFiles(inOtherSplit, images, elsewhere)
        result.rejected.push(...rejected)
        onProgress(result.added + result.duplicates + result.rejected.length, files)
        return true
      },
    },
    signal,
  )
  const { name, dataset, classes } = planned
  if (inOtherSplit.files > 0) warnings.push(warningOf(errors.imagesInOtherSplit(inOtherSplit)))
  const sizes = { all: classes.map(() => 0), supportPool: classes.map(() => 0) }
  for (const { classIndex, split } of places.values()) {
    sizes.all[classIndex] = (sizes.all[classIndex] ?? 0) + 1
    if (split === 'SUPPORT_POOL') sizes.supportPool[classIndex] = (sizes.supportPool[classIndex] ?? 0) + 1
  }
  const conflicts = result.rejected.filter(({ code }) => code === 'LABEL_CONFLICT')
  return {
    name,
    dataset,
    classes: classes.map(({ name: className }, i) => ({
      name: className,
      images: counts[i] ?? { SUPPORT_POOL: 0, VALIDATION: 0, TEST: 0 },
    })),
    ...result,
    warnings: [
      ...warnings,
      ...inShort([
        ...conflicts.map(({ file, code, reason }) => ({ code, text: `${file}: ${reason}` })),
        ...(await classesOfFewImages(classes, sizes)).map(({ kind, text }) => ({ code: kind, text })),
      ]),
      ...(await cutPromptWarnings(context, classes)),
    ],
  }
}
