import { mkdir, rm, stat, statfs } from 'node:fs/promises'
import { basename, join } from 'node:path'
import pLimit from 'p-limit'
import { errors, reasonOf, ShotboardError, systemCodeOf } from '../../errors.js'
import { download } from '../../hub/download.js'
import { type HubOptions, openRepository, type Repository } from '../../hub/repository.js'
import { throwIfCancelled } from '../../system/abort.js'
import { fingerprintOf } from '../../system/fingerprint.js'
import type { SourceLimits } from '../source.js'
import { chooseFiles, NoSuchPart } from './choose-files.js'
import type { HubDataset } from './hub-dataset.js'

export interface FetchOptions extends HubOptions {
  /** The folder for downloads. */
  readonly directory: string
  readonly limits: Pick<SourceLimits, 'maxArchiveEntries' | 'maxArchiveExpandedMegabytes'>
  /** Called with the numbers of bytes fetched so far and in total. */
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal | undefined
}

/** A dataset of the hub on the local disk. */
export interface FetchedDataset {
  /** It has the dataset's name. */
  readonly folder: string
  /** Removes the folder. */
  remove(): Promise<void>
}

/** Files that are fetched at the same time. */
const filesAtOnce = 4

/**
 * The commit that a dataset of the hub has now. Throws HUB_DATASET_NOT_FOUND, HUB_DATASET_ACCESS_DENIED, or
 * HUB_DATASET_DOWNLOAD_FAILED.
 */
export const commitOf = async (dataset: HubDataset, options: HubOptions): Promise<string> =>
  (await open(dataset, options)).commit

/**
 * Fetches the files of a dataset of the hub to a folder, and checks them. What an interrupted attempt has fetched is kept, and
 * the next one goes on. Throws as `commitOf`; HUB_DATASET_UNUSABLE if it has no images or needs a choice; HUB_DATASET_TOO_LARGE,
 * HUB_DATASET_DISK_FULL, HUB_DATASET_CHECKSUM or CANCELLED.
 */
export async function fetchDataset(dataset: HubDataset, options: FetchOptions): Promise<FetchedDataset> {
  const { directory, limits, onProgress = () => {}, signal } = options
  const { repository: name } = dataset
  const { commit, files, cardData } = await open(dataset, options)
  const chosen = choose(name, () => chooseFiles(files, cardData, dataset))
  const total = chosen.reduce((sum, { file }) => sum + file.size, 0)
  const megabytes = limits.maxArchiveExpandedMegabytes
  if (total > megabytes * 2 ** 20) throw errors.datasetTooLarge({ dataset: name, needed: total, megabytes })
  if (chosen.length > limits.maxArchiveEntries) {
    throw errors.archiveTooManyEntries({ entries: limits.maxArchiveEntries })
  }
  const part = fingerprintOf([commit, dataset.config ?? null, dataset.splits ?? null]).slice(0, 16)
  const around = join(directory, `${name.replace('/', '--')}@${part}`)
  const folder = join(around, basename(name))
  await mkdir(folder, { recursive: true })
  await requireSpace(folder, total)

  let done = 0
  const limit = pLimit(filesAtOnce)
  const fetching = chosen.map(({ file, target }) =>
    limit(async () => {
      throwIfCancelled(signal)
      const onBytes = (count: number): void => {
        done += count
        onProgress(done, total)
      }
      const place = join(folder, target)
      if ((await sizeOf(place)) === file.size) return onBytes(file.size)
      await download(file, place, onBytes, (path) => errors.datasetChecksum({ file: path }))
    }),
  )
  try {
    await Promise.all(fetching)
  } catch (error) {
    limit.clearQueue()
    await Promise.allSettled(fetching)
    if (error instanceof ShotboardError) throw error
    if (systemCodeOf(error) === 'ENOSPC') throw errors.datasetDiskFull({ folder, needed: total, free: 0 })
    throw errors.datasetDownloadFailed({ dataset: name, reason: reasonOf(error) })
  }
  return { folder, remove: () => rm(around, { recursive: true, force: true }) }
}

async function open({ repository, revision }: HubDataset, options: HubOptions): Promise<Repository> {
  const found = await openRepository(
    {
      ...{ kind: 'dataset', name: repository, revision },
      errors: {
        notFound: (where) => errors.datasetNotFound({ dataset: repository, where }),
        accessDenied: () => errors.datasetAccessDenied({ dataset: repository }),
        missing: (path) => errors.datasetUnusable({ dataset: repository, reason: `${path} is not there` }),
        failed: (reason) => errors.datasetDownloadFailed({ dataset: repository, reason }),
      },
    },
    options,
  )
  const outside = found.files.find(({ path }) => path.startsWith('/') || path.split(/[\\/]/).includes('..'))
  if (outside) throw errors.archivePathLeavesFolder({ path: outside.path })
  return found
}

function choose<T>(dataset: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof NoSuchPart) throw errors.datasetUnusable({ dataset, reason: error.message })
    throw error
  }
}

async function requireSpace(folder: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  if (needed > bavail * bsize) throw errors.datasetDiskFull({ folder, needed, free: bavail * bsize })
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => -1,
  )
