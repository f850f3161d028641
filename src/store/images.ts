import type { DatabaseClient } from './database.js'
import { withIds } from './rows.js'

export interface ImageRow {
  /** SHA-256 of its bytes, hexadecimal. */
  readonly id: string
  readonly width: number
  readonly height: number
  readonly format: string
}

export interface ImageRepository {
  byIds(ids: readonly string[]): Promise<ImageRow[]>
}

export const createImageRepository = (client: DatabaseClient): ImageRepository => ({
  byIds: (ids) => client.image.findMany({ where: withIds(ids) }),
})
