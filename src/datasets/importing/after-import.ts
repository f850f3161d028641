import type { Store } from '../../store/store.js'

/** From so many new images on, the database's plans may be wrong until it has counted its rows. */
const manyImages = 5000

/** Readies the database after an import, before its images are used. */
export async function afterImport(store: Pick<Store, 'datasets'>, added: number): Promise<void> {
  if (added >= manyImages) await store.datasets.countRows()
}
