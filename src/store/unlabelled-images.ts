import { errors } from '../errors.js'
import type { ChangeOf } from './change-detail.js'
import { type ChangedDataset, changeDataset, lockedDataset } from './changed-dataset.js'
import { classNamed } from './class-rows.js'
import type { DatabaseClient, Transaction } from './database.js'
import type { Split } from './enums.js'
import { insertImageRows, type StoredImage } from './insert-image-rows.js'
import { cursorOfPosition, type Page, type PageRequest, pageOf, pageSize, positionsOf } from './page.js'
import { chunks, inChunks, knownIds, longTransaction, rowsPerStatement } from './rows.js'

/** Images of datasets that have no label yet. An image of a dataset has a label or has none; it is never in both places. */
export interface UnlabelledImageRepository {
  /** Adds images, without those that the dataset has with or without a label. Returns the number added. Throws UNKNOWN_DATASET. */
  add(datasetId: string, images: readonly StoredImage[]): Promise<number>
  /** As `add`, recorded as a change that can be undone. */
  addAsChange(
    datasetId: string,
    images: readonly StoredImage[],
  ): Promise<ChangedDataset & { readonly added: number }>
  /** The ids, in the order in which the images came. */
  page(datasetId: string, request: PageRequest): Promise<Page<string>>
  /** All ids, in that order. */
  ids(datasetId: string): Promise<string[]>
  /** Those of the images that the dataset has without a label. */
  among(datasetId: string, images: readonly string[]): Promise<string[]>
  /** By dataset: how many there are. */
  counts(datasetIds: readonly string[]): Promise<Map<string, number>>
  /**
   * Gives images a class and a split: all of them or none. They come after the images that the dataset has, so what was measured
   * stays true, and jobs may go on. Throws UNKNOWN_DATASET, UNKNOWN_CLASS, or UNKNOWN_IMAGE for an image that is not unlabelled.
   */
  label(
    datasetId: string,
    images: readonly string[],
    to: { readonly className: string; readonly split: Split },
  ): Promise<ChangedDataset>
}

export function createUnlabelledImageRepository(client: DatabaseClient): UnlabelledImageRepository {
  return {
    add: (datasetId, images) =>
      client.$transaction(async (tx) => {
        await lockedDataset(tx, datasetId)
        return (await insert(tx, datasetId, images)).length
      }, longTransaction),
    async addAsChange(datasetId, images) {
      let added: readonly string[] = []
      const changed = await changeDataset(client, datasetId, async (tx, dataset) => {
        added = await insert(tx, datasetId, images)
        const detail: ChangeOf<'ADD_UNLABELLED_IMAGES'> = {
          kind: 'ADD_UNLABELLED_IMAGES',
          images: [...added],
        }
        return { dataset, detail: added.length === 0 ? null : detail }
      })
      return { ...changed, added: added.length }
    },
    async page(datasetId, request) {
      const where = { datasetId }
      const { after, before } = positionsOf(request)
      const [rows, totalCount] = await Promise.all([
        client.unlabelledImage.findMany({
          where: { ...where, position: { gt: after, lt: before } },
          orderBy: { position: request.last === undefined ? 'asc' : 'desc' },
          take: pageSize(request) + 1,
        }),
        client.unlabelledImage.count({ where }),
      ])
      const page = pageOf(rows, request, ({ position }) => cursorOfPosition(position))
      return { ...page, nodes: page.nodes.map(({ imageId }) => imageId), totalCount }
    },
    async ids(datasetId) {
      const rows = await client.unlabelledImage.findMany({
        where: { datasetId },
        orderBy: { position: 'asc' },
        select: { imageId: true },
      })
      return rows.map(({ imageId }) => imageId)
    },
    among: (datasetId, images) =>
      knownIds(images, async (some) =>
        (
          await client.unlabelledImage.findMany({
            where: { datasetId, imageId: { in: some } },
            select: { imageId: true },
          })
        ).map(({ imageId }) => ({ id: imageId })),
      ),
    async counts(datasetIds) {
      const rows = await inChunks(datasetIds, (some) =>
        client.unlabelledImage.groupBy({
          by: ['datasetId'],
          where: { datasetId: { in: some } },
          _count: { _all: true },
        }),
      )
      const counts = new Map(datasetIds.map((id) => [id, 0]))
      for (const { datasetId, _count } of rows) counts.set(datasetId, _count._all)
      return counts
    },
    label: (datasetId, images, { className: given, split }) =>
      changeDataset(client, datasetId, async (tx, dataset) => {
        const found = await classNamed(tx, datasetId, given, 'class')
        const ids = [...new Set(images)]
        const unlabelled = await requireUnlabelled(tx, datasetId, ids)
        for await (const some of chunks(ids, rowsPerStatement)) {
          await tx.unlabelledImage.deleteMany({ where: { datasetId, imageId: { in: some } } })
          await tx.datasetImage.createMany({
            data: some.map((imageId) => ({ datasetId, imageId, classIndex: found.index, split })),
          })
        }
        const to = { className: found.name, split }
        return { dataset, detail: { kind: 'LABEL_IMAGES', images: unlabelled, to } }
      }),
  }
}

/** Adds images. Returns the ids of those that the dataset did not have. */
async function insert(tx: Transaction, datasetId: string, images: readonly StoredImage[]): Promise<string[]> {
  const added: string[] = []
  const seen = new Set<string>()
  for await (const chunk of chunks(images, rowsPerStatement)) {
    const where = { datasetId, imageId: { in: chunk.map(({ imageId }) => imageId) } }
    const [labelled, unlabelled] = [
      await tx.datasetImage.findMany({ where, select: { imageId: true } }),
      await tx.unlabelledImage.findMany({ where, select: { imageId: true } }),
    ]
    for (const { imageId } of [...labelled, ...unlabelled]) seen.add(imageId)
    const fresh = chunk.filter(({ imageId }) => {
      if (seen.has(imageId)) return false
      seen.add(imageId)
      return true
    })
    await insertImageRows(tx, fresh)
    await tx.unlabelledImage.createMany({ data: fresh.map(({ imageId }) => ({ datasetId, imageId })) })
    added.push(...fresh.map(({ imageId }) => imageId))
  }
  return added
}

/** The positions of images without a label. Throws UNKNOWN_IMAGE. */
async function requireUnlabelled(
  tx: Transaction,
  datasetId: string,
  ids: readonly string[],
): Promise<{ imageId: string; position: number }[]> {
  const found = await inChunks(ids, (some) =>
    tx.unlabelledImage.findMany({
      where: { datasetId, imageId: { in: some } },
      select: { imageId: true, position: true },
    }),
  )
  const known = new Set(found.map(({ imageId }) => imageId))
  const i = ids.findIndex((id) => !known.has(id))
  if (i >= 0) throw errors.unknownImage({ id: ids[i] ?? '' }, `images[${i}]`)
  return found
}
