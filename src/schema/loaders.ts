import DataLoader from 'dataloader'
import { errors, type ShotboardError } from '../errors.js'
import type { DatasetImageRow } from '../store/datasets.js'
import type { Split } from '../store/enums.js'
import type { Store } from '../store/store.js'

/** SQLite takes so many variables in one statement. */
const options = { maxBatchSize: 500 }

/** Rows by id, fetched together: a list of ids makes one statement, or few, however deep the query. */
export const createLoaders = (store: Store) => ({
  dataset: byId(store.datasets.getMany, (id) => errors.unknownDataset({ id }, 'id')),
  classes: byKey(store.datasets.classesOf),
  counts: byKey(store.datasets.countsOf),
  classCounts: byKey(store.datasetImages.classCounts),
  classSamples: createClassSamplesLoader(store),
  imagePage: new DataLoader(store.datasetImages.pages, { maxBatchSize: 100, cache: false }),
  image: byId(store.images.getMany, (id) => errors.unknownImage({ id }, 'id')),
  supportSet: byId(store.supportSets.getMany, (id) => errors.unknownSupportSet({ id }, 'id')),
  supportImages: byKey(store.supportSets.imagesOf),
  run: byId(store.runs.getMany, (id) => errors.unknownRun({ id }, 'id')),
  comparison: byId(store.comparisons.getMany, (id) => errors.unknownComparison({ id }, 'id')),
  import: byId(store.imports.getMany, (id) => errors.unknownImport({ id }, 'id')),
  training: byId(store.trainings.getMany, (id) => errors.unknownTraining({ id }, 'id')),
  comparisonRuns: byKey(store.comparisons.runsOf),
})

export type Loaders = ReturnType<typeof createLoaders>

function byId<T extends { readonly id: string }>(
  fetch: (ids: readonly string[]) => Promise<T[]>,
  missing: (id: string) => ShotboardError,
): DataLoader<string, T> {
  return new DataLoader<string, T>(async (ids) => {
    const rows = new Map((await fetch(ids)).map((row) => [row.id, row]))
    return ids.map((id) => rows.get(id) ?? missing(id))
  }, options)
}

function byKey<T>(fetch: (ids: readonly string[]) => Promise<Map<string, T[]>>): DataLoader<string, T[]> {
  return new DataLoader(async (ids) => {
    const groups = await fetch(ids)
    return ids.map((id) => groups.get(id) ?? [])
  }, options)
}

/** The first images of every class of a dataset, so many of each. */
interface ClassSamplesKey {
  readonly datasetId: string
  readonly perClass: number
  readonly split: Split | null
}

function createClassSamplesLoader(store: Store) {
  return new DataLoader<ClassSamplesKey, DatasetImageRow[], string>(
    async (keys) => {
      const found = new Map<string, Map<string, DatasetImageRow[]>>()
      for (const { perClass, split } of keys) {
        const kind = kindOf({ perClass, split })
        if (found.has(kind)) continue
        const ids = keys.filter((key) => kindOf(key) === kind).map(({ datasetId }) => datasetId)
        found.set(kind, await store.datasetImages.firstOfClasses(ids, perClass, split ?? undefined))
      }
      return keys.map((key) => found.get(kindOf(key))?.get(key.datasetId) ?? [])
    },
    { ...options, cacheKeyFn: (key) => `${kindOf(key)} ${key.datasetId}` },
  )
}

const kindOf = ({ perClass, split }: Pick<ClassSamplesKey, 'perClass' | 'split'>): string =>
  `${perClass} ${split}`
