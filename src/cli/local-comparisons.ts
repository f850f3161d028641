import { resolve } from 'node:path'
import { errors } from '../errors.js'
import {
  comparisonOf,
  createNameOf,
  type DatasetRow,
  type ExperimentDataset,
  formatComparisonCsv,
  type Library,
} from '../library/index.js'
import type { ComparisonHost } from './comparison-host.js'
import { createProgressBar } from './progress-bar.js'

/** Runs comparisons in this process. A stopped comparison continues at the next start. */
export function localComparisons(library: Library): ComparisonHost {
  const { comparisons, registry } = library
  return {
    async start(experiment, folder) {
      const dataset = await findDataset(library, experiment.dataset, folder)
      const { testDataset, unknownDataset } = experiment
      const tested = testDataset == null ? null : await findDataset(library, testDataset, folder)
      const unknown = unknownDataset == null ? null : await findDataset(library, unknownDataset, folder)
      const datasets = {
        dataset: dataset.id,
        testDataset: tested?.id ?? null,
        unknownDataset: unknown?.id ?? null,
      }
      const { id } = await comparisons.compareOnce(comparisonOf(experiment, datasets))
      return id
    },
    watch: comparisons.watch,
    async results(id) {
      const comparison = await comparisons.get(id)
      if (!comparison) throw errors.unknownComparison({ id }, 'id')
      const rows = await comparisons.rows(await comparisons.runs(id))
      const nameOf = createNameOf(registry)
      return {
        status: comparison.status,
        error: comparison.error,
        rows: rows.map((row) => ({ ...row, name: nameOf({ method: row.method, space: null }) })),
        recommendation: (await library.recommend(rows))?.text ?? null,
      }
    },
    async exported(id, format) {
      const document = await library.documentComparison(id)
      return format === 'csv' ? formatComparisonCsv(document) : `${JSON.stringify(document, null, 2)}\n`
    },
    stop: library.close,
    close: library.close,
  }
}

/** Throws UNKNOWN_DATASET, DATASET_DIFFERS, or the errors of importing a folder. */
async function findDataset(
  library: Library,
  reference: ExperimentDataset,
  folder: string,
): Promise<DatasetRow> {
  const { datasets } = library
  const wanted = typeof reference === 'string' ? { id: reference, name: reference } : reference
  const found =
    (wanted.id !== undefined ? await datasets.get(wanted.id) : undefined) ??
    (wanted.name !== undefined ? await datasets.findByName(wanted.name) : undefined) ??
    (wanted.folder !== undefined ? await importFolder(library, resolve(folder, wanted.folder)) : undefined)
  if (!found) throw errors.unknownDataset({ id: wanted.id ?? wanted.name ?? '' })
  if (wanted.fingerprint !== undefined) {
    const fingerprint = await library.fingerprintDataset(found.id)
    if (fingerprint !== wanted.fingerprint) throw errors.datasetDiffers({ name: found.name })
  }
  return found
}

async function importFolder(library: Library, path: string): Promise<DatasetRow> {
  const bar = createProgressBar('Importing', process.stderr)
  try {
    const { dataset, rejected } = await library.imports.importPath(path, {
      onProgress: (done, total) => bar.update(done, total),
    })
    for (const { file, code, reason } of rejected) console.error(`${file}: ${code}: ${reason}`)
    return dataset
  } finally {
    bar.stop()
  }
}
