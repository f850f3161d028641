import type { Transaction } from './database.js'
import { takeTurn } from './turns.js'

/** An image whose file is stored, before it has a place in a dataset. */
export interface StoredImage {
  readonly imageId: string
  readonly width: number
  readonly height: number
  readonly format: string
  readonly bytes: number
  /** Whether it is a JPEG that ends too early. */
  readonly cutShort?: boolean
}

/** Adds the rows of images that the database does not have. */
export async function insertImageRows(tx: Transaction, images: readonly StoredImage[]): Promise<void> {
  await takeTurn(tx, 'images')
  const ids = images.map(({ imageId }) => imageId)
  const rows = await tx.image.findMany({ where: { id: { in: ids } }, select: { id: true } })
  const known = new Set(rows.map(({ id }) => id))
  await tx.image.createMany({
    data: images
      .filter(({ imageId }) => !known.has(imageId))
      .map(({ imageId, width, height, format, bytes, cutShort = false }) => ({
        ...{ id: imageId, width, height, format, bytes, cutShort },
      })),
  })
}
