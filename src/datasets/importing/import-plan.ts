import { errors } from '../../errors.js'
import type { Source } from '../../sources/source.js'
import type { Split } from '../../store/enums.js'
import type { RejectedFileRow } from '../../store/imports.js'
import type { Store } from '../../store/store.js'
import { type Warning, warningOf } from './import-options.js'
import { type ImportSourceContext, type ImportSourceRequest, importSource } from './import-source.js'

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
  /** What may not be meant, such as classes whose names differ only by case. */
  readonly warnings: readonly Warning[]
}

export interface PlannedClass {
  readonly name: string
  readonly images: Readonly<Record<Split, number>>
}

/**
 * Looks through a source as an import does, checks every image, and stores nothing. Throws as `importSource`. `context.intake`
 * checks images without storing them.
 */
export async function planImport(
  context: Pick<ImportSourceContext, 'intake'> & { readonly store: Store },
  source: Source,
  request: ImportSourceRequest,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<ImportPlan> {
  const { store, intake } = context
  const planned: { name: string; dataset: string | null; classes: readonly string[] } = {
    ...{ name: '', dataset: null, classes: [] },
  }
  const counts: Record<Split, number>[] = []
  const classOf = new Map<string, number>()
  const result = { added: 0, duplicates: 0, rejected: [] as RejectedFileRow[] }
  let files = 0
  let warned: readonly Warning[] = []

  function plan(name: string, dataset: string | null, classes: readonly string[]): void {
    Object.assign(planned, { name, dataset, classes })
    for (const _ of classes) counts.push({ SUPPORT_POOL: 0, VALIDATION: 0, TEST: 0 })
  }

  const createDataset: ImportSourceContext['createDataset'] = async ({ name, classes }) => {
    const names = classes.map((each) => each.name)
    plan(name, null, names)
    return { id: '', name, createdAt: new Date() }
  }
  await importSource(
    { store, intake, createDataset },
    source,
    { ...request, updatePrompts: false },
    {
      position: 0,
      taken: 0,
      async begin(all, warnings) {
        files = all
        warned = warnings.map(warningOf)
      },
      unreadable(error) {
        warned = [...warned, warningOf(error)]
      },
      async setDataset({ id, name }) {
        if (id === '') return
        const classes = await store.datasets.classes(id)
        plan(
          name,
          id,
          classes.map((each) => each.name),
        )
        for (const { imageId, classIndex } of await store.datasets.images(id))
          classOf.set(imageId, classIndex)
      },
      async step({ images, rejected }) {
        for (const { imageId, classIndex, split, file } of images) {
          const has = classOf.get(imageId)
          const count = counts[classIndex]
          if (has === undefined && count) {
            classOf.set(imageId, classIndex)
            count[split]++
            result.added++
          } else if (has === classIndex) {
            result.duplicates++
          } else {
            const [className = '', other = ''] = [planned.classes[classIndex], planned.classes[has ?? -1]]
            const { code, message } = errors.labelConflict({ className, other })
            result.rejected.push({ file, code, reason: message })
          }
        }
        result.rejected.push(...rejected)
        onProgress(result.added + result.duplicates + result.rejected.length, files)
        return true
      },
    },
  )
  const { name, dataset, classes } = planned
  return {
    name,
    dataset,
    classes: classes.map((className, i) => ({
      name: className,
      images: counts[i] ?? { SUPPORT_POOL: 0, VALIDATION: 0, TEST: 0 },
    })),
    ...result,
    warnings: warned,
  }
}
