import { errors } from '../errors.js'
import type { Library } from '../library/library.js'
import type { DatasetRow } from '../store/datasets.js'

/** A dataset by its id or its name. Throws UNKNOWN_DATASET. */
export async function datasetNamed({ store }: Library, name = ''): Promise<DatasetRow> {
  const byId = await store.datasets.get(name)
  const dataset = byId ?? (await store.datasets.findByName(name))
  if (!dataset) throw errors.unknownDataset({ id: name })
  return dataset
}
