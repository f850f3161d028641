import type { DatabaseClient } from './database.js'
import { findById, inChunks, knownIds } from './rows.js'

export interface ImageRow {
  /** SHA-256 of its bytes, hexadecimal. */
  readonly id: string
  readonly width: number
  readonly height: number
  readonly format: string
  /** Whether it is a JPEG that ends too early: what is missing is grey. */
  readonly cutShort: boolean
}

export interface ImageRepository {
  get(id: string): Promise<ImageRow | null>
  getMany(ids: readonly string[]): Promise<ImageRow[]>
  /** The ids that exist, from any number of ids. */
  known(ids: readonly string[]): Promise<string[]>
}

export const createImageRepository = (client: DatabaseClient): ImageRepository => ({
  get: (id) => findById(id, (where) => client.image.findUnique({ where })),
  getMany: (ids) => inChunks(ids, (some) => client.image.findMany({ where: { id: { in: some } } })),
  known: (ids) =>
    knownIds(ids, (some) => client.image.findMany({ where: { id: { in: some } }, select: { id: true } })),
})
