import { errors } from '../../errors.js'
import type { Context } from '../context.js'

/** What keeps a page to a dataset where one is named. Throws UNKNOWN_DATASET. */
export async function datasetFilter(
  id: string | null | undefined,
  { library }: Context,
): Promise<{ readonly datasetId?: string }> {
  if (id == null) return {}
  const dataset = await library.datasets.get(id)
  if (!dataset) throw errors.unknownDataset({ id }, 'dataset')
  return { datasetId: dataset.id }
}
