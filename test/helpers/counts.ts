import type { Database } from '../../src/store/database.js'

/** How many there are of everything that is stored. */
export type Counts = Readonly<Record<string, number>>

export const countRows = async ({ client }: Pick<Database, 'client'>): Promise<Counts> => ({
  datasets: await client.dataset.count(),
  classes: await client.classLabel.count(),
  images: await client.image.count(),
  datasetImages: await client.datasetImage.count(),
  supportSets: await client.supportSet.count(),
  supportSetImages: await client.supportSetImage.count(),
  runs: await client.run.count(),
  comparisons: await client.comparison.count(),
  comparisonRuns: await client.comparisonRun.count(),
  classifiers: await client.classifier.count(),
  classifierVersions: await client.classifierVersion.count(),
})
