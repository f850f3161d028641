import type { Transaction } from './database.js'

/**
 * Lets one transaction at a time, of all processes that share a database, do what must not happen twice at once. The turn
 * ends with the transaction.
 *
 * - `comparisons`: take a run into a comparison, or end it with one.
 * - `images`: add rows of images.
 * - `features`: add a segment of features.
 */
export async function takeTurn(tx: Transaction, name: 'comparisons' | 'images' | 'features'): Promise<void> {
  // The update locks the row in Postgres. SQLite has one writer at a time anyway.
  await tx.turn.update({ where: { name }, data: { count: { increment: 1 } } })
}
