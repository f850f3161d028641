import type { DatabaseClient } from './database.js'
import type { Drawing } from './enums.js'
import { Prisma } from './generated/sqlite/client.js'
import type { Page, PageRequest } from './page.js'
import { readNewestPage } from './read-page.js'
import { canBeId, chunks, findById, inChunks, longTransaction, rowsPerStatement } from './rows.js'

export interface SupportSetRow {
  readonly id: string
  readonly datasetId: string
  readonly encoder: string
  /** The number of images of a class that was asked for. */
  readonly shots: number
  readonly drawing: Drawing
  readonly seed: number
  readonly augmentations: number
  readonly createdAt: Date
}

export interface SupportImageRow {
  readonly imageId: string
  readonly classIndex: number
}

export interface NewSupportSet extends Omit<SupportSetRow, 'id' | 'createdAt'> {
  readonly fingerprint: string
  readonly images: readonly SupportImageRow[]
}

export interface SupportSetRepository {
  /** Finds or creates the support set with this fingerprint. */
  findOrCreate(supportSet: NewSupportSet): Promise<SupportSetRow>
  get(id: string): Promise<SupportSetRow | null>
  getMany(ids: readonly string[]): Promise<SupportSetRow[]>
  page(request: PageRequest, filter: { readonly datasetId?: string }): Promise<Page<SupportSetRow>>
  /** The images of a support set, in the order of the draw. */
  images(id: string): Promise<SupportImageRow[]>
  /** The images of several support sets, by support set. */
  imagesOf(ids: readonly string[]): Promise<Map<string, SupportImageRow[]>>
}

/** Images in a statement. SQLite's driver answers without leaving this thread. */
const imagesPerPart = 1000

export function createSupportSetRepository(client: DatabaseClient): SupportSetRepository {
  async function imagesOf(ids: readonly string[]): Promise<Map<string, SupportImageRow[]>> {
    const images = new Map<string, SupportImageRow[]>(ids.map((id) => [id, []]))
    const read = async (where: Prisma.SupportSetImageWhereInput) => {
      const part = await client.supportSetImage.findMany({
        where,
        orderBy: [{ supportSetId: 'asc' }, { position: 'asc' }],
        take: imagesPerPart,
      })
      for (const { supportSetId, imageId, classIndex } of part) {
        images.get(supportSetId)?.push({ imageId, classIndex })
      }
      return part
    }
    for await (const some of chunks([...new Set(ids.filter(canBeId))], rowsPerStatement)) {
      for (let left: readonly string[] = some; left.length > 0; ) {
        let part = await read({ supportSetId: { in: [...left] } })
        const seen = new Set(part.map(({ supportSetId }) => supportSetId))
        // The last one goes on.
        for (let last = part.at(-1); last && part.length === imagesPerPart; last = part.at(-1)) {
          part = await read({ supportSetId: last.supportSetId, position: { gt: last.position } })
        }
        if (seen.size === 0) break
        left = left.filter((id) => !seen.has(id))
      }
    }
    return images
  }

  return {
    async findOrCreate({ fingerprint, images, ...rest }) {
      const found = await client.supportSet.findUnique({ where: { fingerprint } })
      if (found) return found
      try {
        return await client.$transaction(async (tx) => {
          const created = await tx.supportSet.create({ data: { ...rest, fingerprint } })
          let first = 0
          // Ten times as fast as `createMany`.
          for await (const part of chunks(images, rowsPerStatement)) {
            const some = part.map(
              ({ imageId, classIndex }, i) =>
                Prisma.sql`(${created.id}, ${first + i}, ${imageId}, ${classIndex})`,
            )
            first += part.length
            await tx.$executeRaw`
              INSERT INTO "SupportSetImage" ("supportSetId", "position", "imageId", "classIndex")
              VALUES ${Prisma.join(some)}`
          }
          return created
        }, longTransaction)
      } catch (error) {
        // Another request created it meanwhile.
        const other = await client.supportSet.findUnique({ where: { fingerprint } })
        if (other) return other
        throw error
      }
    },
    get: (id) => findById(id, (where) => client.supportSet.findUnique({ where })),
    getMany: (ids) => inChunks(ids, (some) => client.supportSet.findMany({ where: { id: { in: some } } })),
    page: (request, filter) =>
      readNewestPage(
        request,
        ({ where, ...query }) => client.supportSet.findMany({ ...query, where: { ...filter, ...where } }),
        () => client.supportSet.count({ where: filter }),
      ),
    images: async (id) => (await imagesOf([id])).get(id) ?? [],
    imagesOf,
  }
}
