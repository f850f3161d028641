import type { DatabaseClient } from './database.js'
import type { Page, PageRequest } from './page.js'
import { readNewestPage } from './read-page.js'
import { findById, withIds } from './rows.js'

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

export function createSupportSetRepository(client: DatabaseClient): SupportSetRepository {
  async function imagesOf(ids: readonly string[]): Promise<Map<string, SupportImageRow[]>> {
    const rows = await client.supportSetImage.findMany({
      where: { supportSetId: { in: [...ids] } },
      orderBy: [{ supportSetId: 'asc' }, { position: 'asc' }],
    })
    const images = new Map<string, SupportImageRow[]>(ids.map((id) => [id, []]))
    for (const { supportSetId, imageId, classIndex } of rows) {
      images.get(supportSetId)?.push({ imageId, classIndex })
    }
    return images
  }

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
        // Another request created it meanwhile.
        const other = await client.supportSet.findUnique({ where: { fingerprint } })
        if (other) return other
        throw error
      }
    },
    get: (id) => findById(id, (where) => client.supportSet.findUnique({ where })),
    getMany: (ids) => client.supportSet.findMany({ where: withIds(ids) }),
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
