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

/**
 * Results know test images by their place among the test images. Throws HAS_RESULTS if a comparison has measured on a list
 * that these images leave or enter; with `heldOut`, only if the comparison holds out classes, whose images it leaves out of
 * the list.
 */
export async function requireUnmeasured(
  tx: Transaction,
  { id, name }: DatasetRow,
  images: readonly { readonly position: number }[],
  heldOut = false,
): Promise<void> {
  if (images.length === 0) return
  const first = images.reduce((least, { position }) => Math.min(least, position), Number.MAX_SAFE_INTEGER)
  const measured = await tx.comparison.findMany({
    where: {
      AND: [
        { OR: [{ datasetId: id, testDatasetId: null }, { testDatasetId: id }] },
        { OR: [{ lastImage: null }, { lastImage: { gte: first } }] },
      ],
    },
    orderBy: { id: 'asc' },
    include: { runs: { take: 1, include: { run: { select: { holdOut: true } } } } },
  })
  const found = measured.find(
    ({ runs }) => !heldOut || runs.some(({ run }) => JSON.stringify(run.holdOut) !== '[]'),
  )
  if (found) throw errors.testImagesMeasured({ dataset: name, comparison: found.id }, 'images')
}
