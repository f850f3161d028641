import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'
import type { DatabaseClient, Transaction } from './database.js'
import type { Split } from './enums.js'
import { imagesPerPart } from './image-lists.js'
import { chunks, rowsPerStatement } from './rows.js'

/** A test image as it was when a run was measured on it. */
export interface MeasuredImageRow {
  readonly imageId: string
  readonly classIndex: number
}

/** A place that an image leaves. */
interface LeftPlace {
  readonly imageId: string
  readonly position: number
  readonly classIndex: number
  readonly split: Split
  /** The revision of the dataset that brought it there. */
  readonly since: number
}

/** Reads the test images that a dataset had at some revision, whatever became of them since. */
export interface FormerPlaceRepository {
  /**
   * In the order that they had, optionally only up to a position. Images that were only added since follow at the end.
   */
  testImages(datasetId: string, revision: number, last?: number | null): Promise<MeasuredImageRow[]>
}

export function createFormerPlaceRepository(client: DatabaseClient): FormerPlaceRepository {
  return {
    async testImages(datasetId, revision, last) {
      const end = last == null ? {} : { lte: last }
      const former = await client.formerPlace.findMany({
        where: { datasetId, since: { lte: revision }, until: { gt: revision }, position: end },
        orderBy: { position: 'asc' },
      })
      const images: MeasuredImageRow[] = []
      const yieldToEventLoop = createYieldToEventLoop()
      let next = 0
      const add = ({ imageId, classIndex }: MeasuredImageRow) => images.push({ imageId, classIndex })
      for (let after = 0; ; ) {
        const part = await client.datasetImage.findMany({
          where: { datasetId, split: 'TEST', since: { lte: revision }, position: { gt: after, ...end } },
          orderBy: { position: 'asc' },
          take: imagesPerPart,
          select: { position: true, imageId: true, classIndex: true },
        })
        for (const image of part) {
          for (let old = former[next]; old && old.position < image.position; old = former[++next]) add(old)
          add(image)
        }
        const last = part.at(-1)
        if (last === undefined) break
        after = last.position
        await yieldToEventLoop()
      }
      for (const old of former.slice(next)) add(old)
      return images
    },
  }
}

/**
 * Begins a new revision of a dataset, in which these images leave their places, and returns its number. The places of test images
 * that runs were measured on are kept.
 */
export async function beginRevision(
  tx: Transaction,
  { id: datasetId }: { readonly id: string },
  leaving: readonly LeftPlace[],
): Promise<number> {
  const { revision } = await tx.dataset.update({
    where: { id: datasetId },
    data: { revision: { increment: 1 } },
    select: { revision: true },
  })
  const tests = leaving.filter(({ split }) => split === 'TEST')
  if (tests.length === 0 || !(await isMeasured(tx, datasetId))) return revision
  const rows = tests.map(({ position, imageId, classIndex, since }) => ({
    ...{ datasetId, position, imageId, classIndex, since },
    until: revision,
  }))
  for await (const data of chunks(rows, rowsPerStatement)) await tx.formerPlace.createMany({ data })
  return revision
}

const isMeasured = async (tx: Transaction, id: string): Promise<boolean> =>
  (await tx.run.findFirst({
    where: {
      testRevision: { not: null },
      OR: [{ datasetId: id, testDatasetId: null }, { testDatasetId: id }],
    },
    select: { id: true },
  })) !== null
