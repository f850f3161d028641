import { errors } from '../errors.js'
import type { Transaction } from './database.js'
import type { DatasetRow } from './datasets.js'
import { usesDataset } from './require-unused.js'

/** Results and support sets number the classes by their indices. Throws HAS_RESULTS if there are any. */
export async function requireNoResults(tx: Transaction, { id, name }: DatasetRow): Promise<void> {
  const what = `dataset "${name}"`
  const comparison = await tx.comparison.findFirst({ where: usesDataset(id), orderBy: { id: 'asc' } })
  if (comparison) throw errors.hasResults({ what, by: `comparison ${comparison.id}` }, 'dataset')
  const run = await tx.run.findFirst({ where: { OR: [{ datasetId: id }, { testDatasetId: id }] } })
  if (run) throw errors.hasResults({ what, by: `run ${run.id}` }, 'dataset')
  const supportSet = await tx.supportSet.findFirst({ where: { datasetId: id }, orderBy: { id: 'asc' } })
  if (supportSet) throw errors.hasResults({ what, by: `support set ${supportSet.id}` }, 'dataset')
}
