import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { errors, type ShotboardError } from '../../errors.js'
import type { ImageWorkers } from '../../images/workers/image-workers.js'
import type { Changes } from '../../jobs/changes.js'
import type { JobQueue } from '../../jobs/job-queue.js'
import { createRecordedJobs } from '../../jobs/recorded-jobs.js'
import { openArchive } from '../../sources/archive.js'
import { openFolder } from '../../sources/folder.js'
import { commitOf } from '../../sources/hub/fetch-dataset.js'
import {
  formatHubDataset,
  type HubDataset,
  isHubDataset,
  parseHubDataset,
} from '../../sources/hub/hub-dataset.js'
import { imageName } from '../../sources/image-name.js'
import { openSource } from '../../sources/open-source.js'
import type { Source } from '../../sources/source.js'
import type { DatasetRow } from '../../store/datasets.js'
import type { Split } from '../../store/enums.js'
import { findClass } from '../../store/find-class.js'
import {
  addFiles,
  conflictsOf,
  type ImportRow,
  nothingInserted,
  type RejectedFileRow,
  type SomeFilesRow,
  type WarningRow,
} from '../../store/imports.js'
import type { BucketCredentials } from '../../store/objects/s3-client.js'
import { currentScope } from '../../system/work-scope.js'
import { isBucket } from '../bucket-files.js'
import { type AddedSource, addSource } from './add-source.js'
import { afterImport } from './after-import.js'
import { openBucketSource } from './bucket-source.js'
import { createCheckIntake } from './check-intake.js'
import { type FetchedSource, openHubSource } from './hub-source.js'
import { failImport, type ImportJobContext, removeArchive, runImport } from './import-job.js'
import { type ImportOptions, layoutOf, parseOptions, warningOf } from './import-options.js'
import { type ImportPlan, planImport } from './import-plan.js'
import { type ImportSourceRequest, importSource } from './import-source.js'
import { datasetWarnings } from './import-warnings.js'
import { withLabelsOnDisk } from './labels-on-disk.js'

export interface ImportArchiveInput extends ImportOptions {
  readonly archive: {
    /** The file name, such as `flowers.zip`. */
    readonly name: string
    readonly chunks: AsyncIterable<Uint8Array>
  }
}

export interface ImportHubInput extends ImportOptions {
  readonly dataset: HubDataset
}

export interface ImportPathOptions extends ImportOptions {
  /** For a dataset of the hub with several configurations: the name of one. */
  readonly config?: string | undefined
  /** For a dataset of the hub: the names of its splits to import; all by default. */
  readonly hubSplits?: readonly string[] | undefined
  /** Called with the numbers of bytes downloaded so far and in total, for a dataset of the hub. */
  readonly onDownload?: (done: number, total: number) => void
  /** Called with the number of images processed so far and the number of all images. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface ImportResult {
  readonly dataset: DatasetRow
  readonly added: number
  /** Images that the dataset already has, or that the source has twice. */
  readonly duplicates: number
  readonly rejected: readonly RejectedFileRow[]
  /** Classes whose prompts differ from those in `dataset.json`. The dataset keeps its own. */
  readonly keptPrompts: readonly string[]
  /** What may be a mistake, such as classes whose names differ only by case. */
  readonly warnings: readonly WarningRow[]
}

export interface Imports {
  /**
   * Stores an archive and imports it in the background. Once this resolves, the import survives restarts of the process.
   * Errors in the archive's content are in the import's record.
   * Throws INVALID_VALUE, ARCHIVE_TOO_LARGE or UNSUPPORTED_ARCHIVE, and then stores nothing.
   */
  importArchive(input: ImportArchiveInput): Promise<ImportRow>
  /**
   * Imports a folder or an archive from the local disk, the objects of a bucket by `s3://BUCKET/PREFIX`, or a dataset of the hub by
   * `hf:owner/name` or `hf:owner/name@revision`, and waits for the end. Importing it again adds only new images. A file
   * of labels may lie anywhere on the disk. Throws INVALID_FOLDER, INVALID_ARCHIVE, INVALID_LABELS, the codes of the archive
   * limits, BUCKET_UNREADABLE, BUCKET_EMPTY, or INVALID_VALUE if a dataset of that name has other classes.
   */
  importPath(path: string, options?: ImportPathOptions): Promise<ImportResult>
  /** What `importPath` would do, without storing anything. Throws as `importPath`. */
  planPath(path: string, options?: ImportPathOptions): Promise<ImportPlan>
  /**
   * What `importArchive` would do. The archive is removed again, and nothing else is stored. Throws as `importPath`, and
   * ARCHIVE_TOO_LARGE or UNSUPPORTED_ARCHIVE; CANCELLED when nobody waits for it any more.
   */
  planArchive(input: ImportArchiveInput): Promise<ImportPlan>
  /**
   * Imports a dataset of the hub in the background, at the commit that its revision is now. Throws INVALID_VALUE,
   * HUB_DATASET_NOT_FOUND, HUB_DATASET_ACCESS_DENIED or HUB_DATASET_DOWNLOAD_FAILED, and then stores nothing. Other errors are
   * in the import's record.
   */
  importHub(input: ImportHubInput): Promise<ImportRow>
  /**
   * What `importHub` would do. It downloads the dataset, and keeps it for the import that may follow; a download that no import
   * comes for is removed at a start a week later. Throws as `fetchDataset` and `importPath`; CANCELLED.
   */
  planHub(input: ImportHubInput): Promise<ImportPlan>
  /**
   * Adds a single image, or all images of a folder or an archive, to one class and split of a dataset, or without a label. Throws UNKNOWN_DATASET,
   * UNKNOWN_CLASS, INVALID_FOLDER, INVALID_ARCHIVE, or the codes of the archive limits.
   */
  addPath(path: string, to: AddPathOptions): Promise<AddedSource>
  /** Stops an import. Images that are already added stay. Throws UNKNOWN_IMPORT or IMPORT_FINISHED. */
  cancel(id: string): Promise<ImportRow>
  /**
   * Emits an import, and then its latest state after changes, at most twice a second, until it has ended. Throws
   * UNKNOWN_IMPORT.
   */
  watch(id: string): Promise<AsyncIterableIterator<ImportRow>>
  /** Emits every import that has not ended or is asked for from now on, and then its latest states likewise. Never ends by itself. */
  watchOpen(): AsyncIterableIterator<ImportRow>
  /** Resolves with the import once it has ended. Throws UNKNOWN_IMPORT. */
  ended(id: string): Promise<ImportRow>
  /** Whether `importPath` is adding images to a dataset. */
  isAddingTo(datasetId: string): boolean
  /** Resumes the imports that a stop interrupted. */
  resume(): Promise<void>
}

export interface AddPathOptions {
  readonly dataset: string
  /** The name of one of the dataset's classes; null for images without a label. */
  readonly class: string | null
  readonly split: Split
  readonly onProgress?: (done: number, total: number) => void
}

export interface ImportsContext extends ImportJobContext {
  readonly imageWorkers: Pick<ImageWorkers, 'check'>
  readonly maxMegapixels: number
  readonly queue: JobQueue
  readonly changes: Changes
  /** With which a bucket is read that `importPath` names. */
  readonly bucketCredentials: Partial<BucketCredentials>
  /** Called with every fault of the disk or the database after which an import is retried. */
  readonly onFault: (id: string, fault: ShotboardError) => void
}

/** One import takes all that a disk gives. */
const importsAtOnce = 1

export function createImports(context: ImportsContext): Imports {
  const { store, archiveFiles, limits, queue, changes } = context
  const addingTo = new Set<string>()

  const { enqueue, cancel, watch, watchOpen, ended, resume } = createRecordedJobs<ImportRow>({
    queue,
    kind: 'import',
    concurrency: importsAtOnce,
    records: store.imports,
    changes,
    run: (id, signal) => runImport(context, id, signal),
    fail: (id, why) => failImport(context, id, why),
    park: (id, { message, code }) => store.imports.park(id, { error: message, errorCode: code }),
    onFault: context.onFault,
    async writeCancelled(row) {
      await store.imports.end(row.id, { status: 'CANCELLED' })
      await removeArchive(archiveFiles, row)
    },
    notFoundError: errors.unknownImport,
    finishedError: errors.importFinished,
  })

  async function openPath(
    path: string,
    layout: ReturnType<typeof layoutOf>,
    { config, hubSplits: splits, onDownload: onProgress }: ImportPathOptions,
  ): Promise<FetchedSource> {
    if (isHubDataset(path)) {
      const dataset = parseHubDataset(path, { config, splits })
      return openHubSource(context, dataset, layout, { ...(onProgress && { onProgress }) })
    }
    const source = isBucket(path)
      ? await openBucketSource(path, context.bucketCredentials, limits)
      : await openSource(path, limits, layout.labels?.columns)
    return { source, name: null, remove: () => Promise.resolve() }
  }

  /** Throws as `openArchive` if the stored archive cannot be opened. */
  async function requireArchive(id: string, name: string): Promise<void> {
    const { path, close } = await archiveFiles.open(id)
    try {
      await (await openArchive({ path, name }, limits)).close()
    } finally {
      await close()
    }
  }

  async function planSource(
    source: Source,
    request: ImportSourceRequest,
    onProgress?: (done: number, total: number) => void,
  ): Promise<ImportPlan> {
    try {
      const intake = createCheckIntake(context)
      return await planImport({ ...context, intake }, source, request, onProgress, currentScope()?.signal)
    } finally {
      await source.close()
    }
  }

  return {
    async importArchive({ archive, ...options }) {
      const { name, splitRule, updatePrompts, layout } = parseOptions(options)
      const file = await archiveFiles.write(archive.chunks)
      try {
        const archiveName = basename(archive.name)
        await requireArchive(file, archiveName)
        const dataset = name === null ? null : await store.datasets.findByName(name)
        const row = await store.imports.create({
          ...{ name, splitRule, updatePrompts, layout, file },
          archive: archiveName,
          datasetId: dataset?.id ?? null,
        })
        await enqueue(row.id)
        return row
      } catch (error) {
        await archiveFiles.remove(file)
        throw error
      }
    },

    async importPath(path, { onProgress, onDownload, ...options } = {}) {
      const { layout, ...request } = parseOptions(options)
      const labels = await withLabelsOnDisk(path, layoutOf(layout))
      const { source, name, remove } = await openPath(path, labels, {
        ...options,
        ...(onDownload && { onDownload }),
      })
      const found: {
        dataset?: DatasetRow
        images: number
        keptPrompts: readonly string[]
        warnings: readonly WarningRow[]
        inOtherSplit: SomeFilesRow
      } = { images: 0, keptPrompts: [], warnings: [], inOtherSplit: { files: 0, first: [] } }
      const result = { added: 0, duplicates: 0, rejected: [] as RejectedFileRow[] }
      try {
        await importSource(
          context,
          source,
          { ...request, name: request.name ?? name, layout: labels },
          {
            position: 0,
            taken: 0,
            async begin(images, warnings) {
              Object.assign(found, { images, warnings: warnings.map(warningOf) })
            },
            unreadable(error) {
              found.warnings = [...found.warnings, warningOf(error)]
            },
            async setDataset(dataset, keptPrompts) {
              addingTo.add(dataset.id)
              Object.assign(found, { dataset, keptPrompts })
            },
            async step({ images, rejected }) {
              const { added, conflicts, inOtherSplit } =
                images.length === 0
                  ? nothingInserted
                  : await store.datasets.importImages(found.dataset?.id ?? '', images)
              found.inOtherSplit = addFiles(found.inOtherSplit, images, inOtherSplit)
              result.added += added
              result.duplicates += images.length - added - conflicts.length
              result.rejected.push(...rejected, ...conflictsOf(images, conflicts))
              onProgress?.(result.added + result.duplicates + result.rejected.length, found.images)
              return true
            },
          },
        )
        if (!found.dataset) throw new Error('importSource must call setDataset')
        await remove()
        await afterImport(context.store, result.added)
        const { dataset, keptPrompts, inOtherSplit } = found
        const warnings = [
          ...found.warnings,
          ...(inOtherSplit.files > 0 ? [warningOf(errors.imagesInOtherSplit(inOtherSplit))] : []),
          ...(await datasetWarnings(context, dataset.id)),
        ]
        return { dataset, keptPrompts, warnings, ...result }
      } finally {
        if (found.dataset) addingTo.delete(found.dataset.id)
        await source.close()
      }
    },

    async planPath(path, { onProgress, onDownload, ...options } = {}) {
      const { layout, ...request } = parseOptions(options)
      const labels = await withLabelsOnDisk(path, layoutOf(layout))
      const { source, name } = await openPath(path, labels, { ...options, ...(onDownload && { onDownload }) })
      return planSource(source, { ...request, name: request.name ?? name, layout: labels }, onProgress)
    },

    async importHub({ dataset, ...options }) {
      const { name, splitRule, updatePrompts, layout } = parseOptions(options)
      const revision = await commitOf(dataset, context.hub)
      const existing = name === null ? null : await store.datasets.findByName(name)
      const { repository, config, splits } = dataset
      const row = await store.imports.create({
        ...{ name, splitRule, updatePrompts, layout, file: '', archive: formatHubDataset(dataset) },
        source: { repository, revision, ...(config && { config }), ...(splits && { splits: [...splits] }) },
        datasetId: existing?.id ?? null,
      })
      enqueue(row.id)
      return row
    },

    async planHub({ dataset, ...options }) {
      const { layout, ...request } = parseOptions(options)
      const labels = layoutOf(layout)
      const { source, name } = await openHubSource(context, dataset, labels, {
        signal: currentScope()?.signal,
      })
      return planSource(source, { ...request, name: request.name ?? name, layout: labels })
    },

    async planArchive({ archive, ...options }) {
      const { layout, ...request } = parseOptions(options)
      const id = await archiveFiles.write(archive.chunks)
      try {
        const { path, close } = await archiveFiles.open(id)
        try {
          const source = await openArchive({ path, name: basename(archive.name) }, limits)
          return await planSource(source, { ...request, layout: layoutOf(layout) })
        } finally {
          await close()
        }
      } finally {
        await archiveFiles.remove(id)
      }
    },

    async addPath(path, { dataset, class: name, split, onProgress }) {
      if (!(await store.datasets.get(dataset))) throw errors.unknownDataset({ id: dataset }, 'dataset')
      const source = await openImages(path, limits)
      addingTo.add(dataset)
      try {
        const classes = await store.datasets.classes(dataset)
        const found = name === null ? undefined : findClass(classes, name)
        if (name !== null && !found)
          throw errors.unknownClass({ name, known: classes.map((each) => each.name) }, 'class')
        return await addSource(
          context,
          source,
          { dataset, place: found ? { classIndex: found.index, split } : null },
          onProgress,
        )
      } finally {
        addingTo.delete(dataset)
        await source.close()
      }
    },

    cancel,
    watch,
    watchOpen,
    ended,
    resume,
    isAddingTo: (datasetId) => addingTo.has(datasetId),
  }
}

/** Like `openSource`, and a single image is a source of its own. */
async function openImages(path: string, limits: ImportJobContext['limits']): Promise<Source> {
  const kind = await stat(path).catch(() => undefined)
  if (!kind?.isFile() || !imageName.test(path)) return openSource(path, limits)
  const folder = await openFolder(dirname(path), limits)
  return { ...folder, files: async () => [{ path: basename(path), at: 0 }] }
}
