import {
  CancelComparisonDocument,
  type ClientOptions,
  CompareDocument,
  type CompareSupportInput,
  ComparisonDocument,
  createClient,
  DatasetDocument,
  DatasetFingerprintDocument,
  type DatasetFragment,
  DatasetsDocument,
  type DatasetsQuery,
  type ShotboardClient,
  ShotboardClientError,
  WatchComparisonDocument,
} from 'shotboard/client'
import { errors } from '../errors.js'
import { comparisonOf, type ExperimentDataset } from '../library/index.js'
import type { ComparisonHost, ComparisonState } from './comparison-host.js'
import type { Shown } from './table.js'

/** Runs comparisons on a service through its API. A stopped comparison is cancelled. */
export function remoteComparisons(options: ClientOptions): ComparisonHost {
  const client = createClient(options)
  return {
    async start(experiment) {
      const dataset = await findDataset(client, experiment.dataset)
      const { testDataset, unknownDataset } = experiment
      const tested = testDataset == null ? null : await findDataset(client, testDataset)
      const unknown = unknownDataset == null ? null : await findDataset(client, unknownDataset)
      const request = comparisonOf(experiment, {
        dataset: dataset.id,
        testDataset: tested?.id ?? null,
        unknownDataset: unknown?.id ?? null,
      })
      const { encoder, shots: _, drawing: __, supportImages: ___, ...asked } = request
      const input = {
        ...asked,
        ...(encoder != null && { encoders: [encoder] }),
        support: supportOf(request),
      }
      const { compare } = await client.request(CompareDocument, { input })
      return compare.comparison.id
    },
    watch: async (id) => states(client, id),
    async results(id) {
      const { comparison } = await client.request(ComparisonDocument, { id })
      if (!comparison) throw errors.unknownComparison({ id }, 'id')
      const { status, error, rows, recommendation } = comparison
      return {
        status,
        error,
        rows: rows.nodes.map(({ encoder, method, space, shots, perClass, accuracy, sets }) => ({
          encoder: encoder.id,
          method: method.id,
          name: method.name,
          space: space?.id ?? null,
          shots,
          perClass,
          accuracy: inPercent(accuracy),
          sets: sets && {
            ...sets,
            ...{ coverage: inPercent(sets.coverage), empty: inPercent(sets.empty) },
            unknown: sets.unknown && { ...sets.unknown, turnedAway: inPercent(sets.unknown.turnedAway) },
          },
        })),
        recommendation: recommendation?.text ?? null,
      }
    },
    exported: async (id, format) => (await client.download(`/comparisons/${id}.${format}`)).text(),
    async stop(id) {
      if (id !== undefined) {
        await client.request(CancelComparisonDocument, { id }).catch((error: unknown) => {
          // It may have ended meanwhile.
          if (!hasCode(error, 'COMPARISON_FINISHED')) throw error
        })
      }
      await client.close()
    },
    close: client.close,
  }
}

/** Where the API takes support images from. */
function supportOf({ shots, drawing, supportImages }: ReturnType<typeof comparisonOf>): CompareSupportInput {
  if (supportImages != null) return { images: supportImages }
  if (drawing === 'ALL') return { all: true }
  return drawing === 'AT_MOST' ? { atMost: shots ?? [] } : { shots: shots ?? [] }
}

/** The API tells shares from 0 to 1, and tables are in percent. */
const inPercent = <S extends Shown>(share: S): S => ({
  ...share,
  ...{ mean: 100 * share.mean, low: 100 * share.low, high: 100 * share.high },
})

async function* states(client: ShotboardClient, id: string): AsyncGenerator<ComparisonState> {
  for await (const { comparison } of client.subscribe(WatchComparisonDocument, { id })) yield comparison
}

/** Throws UNKNOWN_DATASET, DATASET_DIFFERS, or INVALID_VALUE for a folder, which the service cannot read. */
async function findDataset(client: ShotboardClient, reference: ExperimentDataset): Promise<DatasetFragment> {
  const wanted = typeof reference === 'string' ? { id: reference, name: reference } : reference
  if (wanted.folder !== undefined) {
    const reason = `The service cannot read the folder ${wanted.folder}. Import it there first, and give the dataset by name.`
    throw errors.invalidValue({ reason }, 'dataset.folder')
  }
  const found =
    (wanted.id !== undefined ? await datasetOfId(client, wanted.id) : undefined) ??
    (wanted.name !== undefined ? await datasetOfName(client, wanted.name) : undefined)
  if (!found) throw errors.unknownDataset({ id: wanted.id ?? wanted.name ?? '' })
  if (wanted.fingerprint !== undefined) {
    const { dataset } = await client.request(DatasetFingerprintDocument, { id: found.id })
    if (dataset?.fingerprint !== wanted.fingerprint) throw errors.datasetDiffers({ name: found.name })
  }
  return found
}

async function datasetOfId(client: ShotboardClient, id: string): Promise<DatasetFragment | undefined> {
  try {
    return (await client.request(DatasetDocument, { id })).dataset ?? undefined
  } catch (error) {
    if (hasCode(error, 'UNKNOWN_DATASET')) return undefined
    throw error
  }
}

/** Below every service's limit for pages. */
const pageSize = 50

async function datasetOfName(client: ShotboardClient, name: string): Promise<DatasetFragment | undefined> {
  let after: string | null = null
  do {
    const { datasets }: { datasets: DatasetsQuery['datasets'] } = await client.request(DatasetsDocument, {
      first: pageSize,
      after,
      name,
    })
    const found = datasets.nodes.find((dataset) => dataset.name === name)
    if (found) return found
    after = datasets.pageInfo.hasNextPage ? datasets.pageInfo.endCursor : null
  } while (after !== null)
  return undefined
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof ShotboardClientError && error.code === code
