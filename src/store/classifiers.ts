import { errors } from '../errors.js'
import type { DatabaseClient, Transaction } from './database.js'
import type { Page, PageRequest } from './page.js'
import { readNewestPage } from './read-page.js'
import { canBeId, findById, inChunks, knownIds, longTransaction } from './rows.js'

export interface ClassifierRow {
  readonly id: string
  readonly name: string
  /** The number of the version that answers. */
  readonly current: number
  readonly createdAt: Date
}

export interface ClassifierVersionRow {
  /** Its file has this name too. */
  readonly id: string
  readonly classifierId: string
  /** From 1. */
  readonly number: number
  readonly encoder: string
  readonly method: string
  readonly space: string | null
  /** Null after the dataset is deleted. */
  readonly datasetId: string | null
  /** Null if it was not made from a comparison, or after that is deleted. */
  readonly comparisonId: string | null
  /** What `parseFrozen` reads. */
  readonly frozen: unknown
  readonly createdAt: Date
}

export type NewClassifierVersion = Omit<ClassifierVersionRow, 'classifierId' | 'number' | 'createdAt'>

export interface ClassifierFilter {
  /** The dataset that a version was made from. */
  readonly datasetId?: string
}

/** Classifiers and their versions. A version never changes. */
export interface ClassifierRepository {
  /** Throws CLASSIFIER_EXISTS. */
  create(name: string, version: NewClassifierVersion): Promise<ClassifierRow>
  /** Adds a version and puts it in use. Throws UNKNOWN_CLASSIFIER if the classifier is gone. */
  addVersion(id: string, version: NewClassifierVersion): Promise<ClassifierRow>
  /** Puts a version in use. The caller knows that it exists. */
  use(id: string, number: number): Promise<ClassifierRow>
  /** By name, or else by id. */
  find(nameOrId: string): Promise<ClassifierRow | null>
  getMany(ids: readonly string[]): Promise<ClassifierRow[]>
  page(request: PageRequest, filter: ClassifierFilter): Promise<Page<ClassifierRow>>
  version(id: string, number: number): Promise<ClassifierVersionRow | null>
  /** Versions of any classifiers by their ids. */
  versionsById(ids: readonly string[]): Promise<ClassifierVersionRow[]>
  /** The versions of several classifiers, newest first, by classifier. */
  versionsOf(ids: readonly string[]): Promise<Map<string, ClassifierVersionRow[]>>
  /** Which of these versions there are. */
  knownVersions(ids: readonly string[]): Promise<string[]>
  /** Deletes a classifier and returns the ids of its versions. */
  delete(id: string): Promise<string[]>
}

export function createClassifierRepository(client: DatabaseClient): ClassifierRepository {
  return {
    async create(name, { frozen, ...version }) {
      try {
        return await client.classifier.create({
          data: {
            name,
            current: 1,
            versions: { create: { ...version, number: 1, frozen: frozen as object } },
          },
        })
      } catch (error) {
        if (await client.classifier.findUnique({ where: { name } })) {
          throw errors.classifierExists({ name }, 'name')
        }
        throw error
      }
    },
    addVersion: (id, version) => client.$transaction((tx) => addVersion(tx, id, version), longTransaction),
    use: (id, number) => client.classifier.update({ where: { id }, data: { current: number } }),
    async find(nameOrId) {
      if (!canBeId(nameOrId)) return null
      const rows = await client.classifier.findMany({ where: { OR: [{ name: nameOrId }, { id: nameOrId }] } })
      return rows.find(({ name }) => name === nameOrId) ?? rows[0] ?? null
    },
    getMany: (ids) => inChunks(ids, (some) => client.classifier.findMany({ where: { id: { in: some } } })),
    page(request, { datasetId }) {
      const filter = datasetId === undefined ? {} : { versions: { some: { datasetId } } }
      return readNewestPage(
        request,
        ({ where, ...query }) => client.classifier.findMany({ ...query, where: { ...filter, ...where } }),
        () => client.classifier.count({ where: filter }),
      )
    },
    version: (classifierId, number) =>
      findById(classifierId, ({ id }) =>
        client.classifierVersion.findUnique({
          where: { classifierId_number: { classifierId: id, number } },
        }),
      ),
    versionsById: (ids) =>
      inChunks(ids, (some) => client.classifierVersion.findMany({ where: { id: { in: some } } })),
    async versionsOf(ids) {
      const rows = await inChunks(ids, (some) =>
        client.classifierVersion.findMany({
          where: { classifierId: { in: some } },
          orderBy: [{ classifierId: 'asc' }, { number: 'desc' }],
        }),
      )
      const versions = new Map<string, ClassifierVersionRow[]>(ids.map((id) => [id, []]))
      for (const row of rows) versions.get(row.classifierId)?.push(row)
      return versions
    },
    knownVersions: (ids) =>
      knownIds(ids, (some) =>
        client.classifierVersion.findMany({ where: { id: { in: some } }, select: { id: true } }),
      ),
    delete: (id) =>
      client.$transaction(async (tx) => {
        const versions = await tx.classifierVersion.findMany({
          where: { classifierId: id },
          select: { id: true },
        })
        await tx.classifier.deleteMany({ where: { id } })
        return versions.map((version) => version.id)
      }, longTransaction),
  }
}

async function addVersion(
  tx: Transaction,
  id: string,
  { frozen, ...version }: NewClassifierVersion,
): Promise<ClassifierRow> {
  // The update takes the row's lock, so that two versions at once get two numbers.
  const { count } = await tx.classifier.updateMany({ where: { id }, data: { current: { increment: 0 } } })
  if (count === 0) throw errors.unknownClassifier({ name: id, known: [] }, 'classifier')
  const last = await tx.classifierVersion.aggregate({ where: { classifierId: id }, _max: { number: true } })
  const number = (last._max.number ?? 0) + 1
  await tx.classifierVersion.create({
    data: { ...version, number, classifierId: id, frozen: frozen as object },
  })
  return tx.classifier.update({ where: { id }, data: { current: number } })
}
