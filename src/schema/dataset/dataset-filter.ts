import { errors } from '../../errors.js'
import type { Context } from '../context.js'

/** The store's filter for an optional dataset. Throws UNKNOWN_DATASET. */
export async function datasetFilter(
  id: string | null | undefined,
  { library }: Context,
): Promise<{ readonly datasetId?: string }> {
  if (id == null) return {}
  const dataset = await library.datasets.get(id)
  if (!dataset) throw errors.unknownDataset({ id }, 'dataset')
  return { datasetId: dataset.id }
}
