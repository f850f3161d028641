import { errors } from '../errors.js'
import type { Transaction } from './database.js'
import { unfinishedStatus } from './rows.js'

/** A comparison whose dataset, test images or images of no class are of this dataset. */
export const usesDataset = (id: string) => ({
  OR: [{ datasetId: id }, { testDatasetId: id }, { runs: { some: { run: { unknownDatasetId: id } } } }],
})

/** Throws IN_USE while a comparison, an import, a training or a classifier works with the dataset. */
export async function requireUnused(
  tx: Transaction,
  { id, name }: { readonly id: string; readonly name: string },
  argument: string,
): Promise<void> {
  const what = `dataset "${name}"`
  const comparison = await tx.comparison.findFirst({
    where: { ...usesDataset(id), status: unfinishedStatus },
  })
  if (comparison) throw errors.inUse({ what, by: `comparison ${comparison.id}` }, argument)
  const importing = await tx.import.findFirst({ where: { datasetId: id, status: unfinishedStatus } })
  if (importing) throw errors.inUse({ what, by: `import ${importing.id}` }, argument)
  const training = await tx.training.findFirst({ where: { datasetId: id, status: unfinishedStatus } })
  if (training) throw errors.inUse({ what, by: `training ${training.id}` }, argument)
  const classification = await tx.datasetClassification.findFirst({
    where: { datasetId: id, status: unfinishedStatus },
  })
  if (classification) throw errors.inUse({ what, by: `classification ${classification.id}` }, argument)
  const job = await tx.classifierJob.findFirst({ where: { datasetId: id, status: unfinishedStatus } })
  if (job) throw errors.inUse({ what, by: `classifier job ${job.id}` }, argument)
}
