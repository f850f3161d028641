import type { DatabaseClient } from './database.js'
import { type Page, type PageRequest, readPage } from './page.js'
import { withIds } from './rows.js'

export interface SupportSetRow {
  readonly id: string
  readonly datasetId: string
  readonly encoder: string
  readonly shots: number
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
  /** The support set of that fingerprint, made where there is none. */
  findOrCreate(supportSet: NewSupportSet): Promise<SupportSetRow>
  byIds(ids: readonly string[]): Promise<SupportSetRow[]>
  page(request: PageRequest, filter: { readonly datasetId?: string }): Promise<Page<SupportSetRow>>
  /** By support set, in the order in which they were drawn. */
  images(ids: readonly string[]): Promise<Map<string, SupportImageRow[]>>
}

export function createSupportSetRepository(client: DatabaseClient): SupportSetRepository {
  return {
    async findOrCreate({ fingerprint, images, ...rest }) {
      const found = await client.supportSet.findUnique({ where: { fingerprint } })
      if (found) return found
      try {
        return await client.supportSet.create({
          data: {
            ...rest,
            fingerprint,
            images: { createMany: { data: images.map((image, position) => ({ ...image, position })) } },
          },
        })
      } catch (error) {
        // Somebody else made it meanwhile.
        const other = await client.supportSet.findUnique({ where: { fingerprint } })
        if (other) return other
        throw error
      }
    },
    byIds: (ids) => client.supportSet.findMany({ where: withIds(ids) }),
    page: (request, filter) =>
      readPage(
        request,
        ({ before, ...query }) => client.supportSet.findMany({ ...query, where: { ...filter, ...before } }),
        () => client.supportSet.count({ where: filter }),
      ),
    async images(ids) {
      const rows = await client.supportSetImage.findMany({
        where: { supportSetId: { in: [...ids] } },
        orderBy: [{ supportSetId: 'asc' }, { position: 'asc' }],
      })
      const images = new Map<string, SupportImageRow[]>(ids.map((id) => [id, []]))
      for (const { supportSetId, imageId, classIndex } of rows) {
        images.get(supportSetId)?.push({ imageId, classIndex })
      }
      return images
    },
  }
}
