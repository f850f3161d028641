import { errors } from '../errors.js'
import type { DatasetRow, Library } from '../library/index.js'

/** Finds a dataset by id or name. Throws UNKNOWN_DATASET. */
export async function datasetNamed({ datasets }: Library, name = ''): Promise<DatasetRow> {
  const byId = await datasets.get(name)
  const dataset = byId ?? (await datasets.findByName(name))
  if (!dataset) throw errors.unknownDataset({ id: name })
  return dataset
}
