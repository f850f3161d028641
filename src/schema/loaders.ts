import DataLoader from 'dataloader'
import { errors, type ShotboardError } from '../errors.js'
import {
  type ClassCountRow,
  type ClassifierRow,
  type ClassRange,
  type ClassRow,
  classesOf,
  type DatasetImageRow,
  type Library,
  parseFrozen,
  type Split,
  versionOfClass,
} from '../library/index.js'
import { createNodes } from './node/find-node.js'

/** SQLite limits the variables of one statement. */
const options = { maxBatchSize: 500 }

/** Loaders that batch rows by id, so that a list of ids takes one statement at any depth of the query. */
export function createLoaders(library: Library) {
  const loaders = createRowLoaders(library)
  const nodes = createNodes(library, {
    Dataset: loaders.dataset,
    DatasetChange: loaders.datasetChange,
    Image: loaders.image,
    SupportSet: loaders.supportSet,
    Run: loaders.run,
    Comparison: loaders.comparison,
    Import: loaders.import,
    Training: loaders.training,
    DatasetClassification: loaders.datasetClassification,
    ClassifierJob: loaders.classifierJob,
    Classifier: loaders.classifier,
    ClassLabel: loaders.class,
  })
  return { ...loaders, nodes }
}

const createRowLoaders = (library: Library) => ({
  dataset: byId(library.datasets.getMany, (id) => errors.unknownDataset({ id }, 'id')),
  classes: byKey(library.datasets.classesOf),
  class: createClassLoader(library),
  counts: byKey(library.datasets.countsOf),
  datasetChange: byId(library.curation.changes, (id) => errors.unknownChange({ id }, 'id')),
  datasetChanges: byKey(library.curation.changesOf),
  problems: byKey(library.datasets.problemsOf),
  classAt: createClassAtLoader(library),
  classCounts: createClassCountsLoader(library),
  classSamples: createClassSamplesLoader(library),
  labelled: createLabelledLoader(library),
  unlabelled: createUnlabelledLoader(library),
  imagePage: new DataLoader(library.datasets.pages, { maxBatchSize: 100, cache: false }),
  image: byId(library.images.getMany, (id) => errors.unknownImage({ id }, 'id')),
  supportSet: byId(library.supportSets.getMany, (id) => errors.unknownSupportSet({ id }, 'id')),
  supportImages: byKey(library.supportSets.imagesOf),
  run: byId(library.runs.getMany, (id) => errors.unknownRun({ id }, 'id')),
  comparison: byId(library.comparisons.getMany, (id) => errors.unknownComparison({ id }, 'id')),
  import: byId(library.imports.getMany, (id) => errors.unknownImport({ id }, 'id')),
  classifier: createClassifierLoader(library),
  classifierVersions: byKey(library.classifiers.versionsOf),
  classifierJob: byId(library.classifierJobs.getMany, (id) => errors.unknownClassifierJob({ id }, 'id')),
  datasetClassification: byId(library.datasetClassifications.getMany, (id) =>
    errors.unknownClassification({ id }, 'id'),
  ),
  training: byId(library.trainings.getMany, (id) => errors.unknownTraining({ id }, 'id')),
  supportImagesOfComparison: byKey(library.comparisons.supportImagesOf),
  comparisonRuns: byKey(library.comparisons.runsOf),
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

/** Classes by id: those of datasets, and those of the versions of classifiers. */
function createClassLoader({ datasets, classifiers }: Library): DataLoader<string, ClassRow> {
  return new DataLoader<string, ClassRow>(async (ids) => {
    const owners = ids.flatMap((id) => versionOfClass(id) ?? [])
    const ofDatasets = ids.filter((id) => versionOfClass(id) === undefined)
    const [versions, classes] = await Promise.all([
      owners.length === 0 ? [] : classifiers.versionsById([...new Set(owners)]),
      ofDatasets.length === 0 ? [] : datasets.classesById(ofDatasets),
    ])
    const kept = versions.flatMap(({ id, frozen }) => classesOf(id, parseFrozen(frozen)))
    const rows = new Map([...classes, ...kept].map((row) => [row.id, row]))
    return ids.map((id) => rows.get(id) ?? errors.unknownClass({ name: id, known: [] }, 'id'))
  }, options)
}

/** Classifiers by id or name. */
const createClassifierLoader = ({ classifiers }: Library) =>
  new DataLoader<string, ClassifierRow>((ids) =>
    Promise.all(ids.map((id) => classifiers.get(id).catch((error: unknown) => toError(error)))),
  )

/** What a loader returns in the place of a row. */
const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

/** Classes of datasets by their indices: where a dataset has very many classes, few of them are read. */
function createClassAtLoader({ datasets }: Library) {
  return new DataLoader<ClassKey, ClassRow | null, string>(
    async (keys) => {
      const rows = await datasets.classesAt(keys)
      const found = new Map(rows.map((row) => [keyOfClass(row), row]))
      return keys.map((key) => found.get(keyOfClass(key)) ?? null)
    },
    { ...options, cacheKeyFn: keyOfClass },
  )
}

interface ClassKey {
  readonly datasetId: string
  readonly index: number
}

const keyOfClass = ({ datasetId, index }: ClassKey): string => `${datasetId} ${index}`

/** Classes of a dataset: some, or all. */
interface ClassesKey {
  readonly datasetId: string
  readonly range?: ClassRange | undefined
}

const keyOfRange = ({ range }: ClassesKey): string => (range ? `${range.from}-${range.to}` : '')

const createClassCountsLoader = ({ datasets }: Library) =>
  byKind<ClassesKey, ClassCountRow>(keyOfRange, (ids, { range }) => datasets.classCounts(ids, range))

/** The first `perClass` images of classes of a dataset. */
interface ClassSamplesKey extends ClassesKey {
  readonly perClass: number
  readonly split: Split | null
}

const createClassSamplesLoader = ({ datasets }: Library) =>
  byKind<ClassSamplesKey, DatasetImageRow>(
    (key) => `${key.perClass} ${key.split} ${keyOfRange(key)}`,
    (ids, { perClass, split, range }) => datasets.firstOfClasses(ids, perClass, split ?? undefined, range),
  )

/** Rows of datasets. Keys of one kind, which differ by the dataset alone, are fetched together. */
function byKind<Key extends { readonly datasetId: string }, Row>(
  kindOf: (key: Key) => string,
  fetch: (datasetIds: readonly string[], key: Key) => Promise<Map<string, Row[]>>,
): DataLoader<Key, Row[], string> {
  return new DataLoader<Key, Row[], string>(
    async (keys) => {
      const found = new Map<string, Map<string, Row[]>>()
      for (const key of keys) {
        const kind = kindOf(key)
        if (found.has(kind)) continue
        const ids = keys.filter((each) => kindOf(each) === kind).map(({ datasetId }) => datasetId)
        found.set(kind, await fetch(ids, key))
      }
      return keys.map((key) => found.get(kindOf(key))?.get(key.datasetId) ?? [])
    },
    { ...options, cacheKeyFn: (key) => `${kindOf(key)} ${key.datasetId}` },
  )
}

/** An image in a dataset. */
interface LabelledKey {
  readonly datasetId: string
  readonly imageId: string
}

/** Whether a dataset has an image without a label. One statement a dataset. */
function createUnlabelledLoader({ datasets }: Library) {
  return new DataLoader<LabelledKey, boolean, string>(
    async (keys) => {
      const found = new Set<string>()
      for (const datasetId of new Set(keys.map((key) => key.datasetId))) {
        const ids = keys.filter((key) => key.datasetId === datasetId).map(({ imageId }) => imageId)
        for (const imageId of await datasets.unlabelled.among(datasetId, ids)) {
          found.add(keyOf({ datasetId, imageId }))
        }
      }
      return keys.map((key) => found.has(keyOf(key)))
    },
    { ...options, cacheKeyFn: keyOf },
  )
}

const keyOf = ({ datasetId, imageId }: LabelledKey) => `${datasetId} ${imageId}`

/** Where a dataset has an image that has a label in it; null if it has none. One statement a dataset. */
function createLabelledLoader({ datasets }: Library) {
  return new DataLoader<LabelledKey, DatasetImageRow | null, string>(
    async (keys) => {
      const found = new Map<string, DatasetImageRow>()
      for (const datasetId of new Set(keys.map((key) => key.datasetId))) {
        const ids = keys.filter((key) => key.datasetId === datasetId).map(({ imageId }) => imageId)
        const rows = await datasets.labelled(datasetId, ids)
        for (const row of rows) found.set(keyOf({ datasetId, imageId: row.imageId }), row)
      }
      return keys.map((key) => found.get(keyOf(key)) ?? null)
    },
    { ...options, cacheKeyFn: keyOf },
  )
}
