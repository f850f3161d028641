import type { Transaction } from './database.js'
import { chunks, rowsPerStatement } from './rows.js'

/** Deletes those of the images that no dataset has and no undo would bring back, and returns them. */
export async function deleteUnownedImages(tx: Transaction, ids: readonly string[]): Promise<string[]> {
  const deleted: string[] = []
  for await (const some of chunks(ids, rowsPerStatement)) {
    await tx.image.deleteMany({
      where: { id: { in: some }, datasets: { none: {} }, unlabelled: { none: {} }, removals: { none: {} } },
    })
    const left = await tx.image.findMany({ where: { id: { in: some } }, select: { id: true } })
    const stay = new Set(left.map(({ id }) => id))
    deleted.push(...some.filter((id) => !stay.has(id)))
  }
  return deleted
}
