import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { errors, type ShotboardError } from '../../errors.js'
import type { JobQueue } from '../../jobs/queue.js'
import { recordedJobs } from '../../jobs/recorded-jobs.js'
import { openArchive } from '../../sources/archive.js'
import { openFolder } from '../../sources/folder.js'
import type { Source } from '../../sources/source.js'
import { defaultSplitRule, type SplitRule } from '../../sources/split-rule.js'
import type { DatasetRow } from '../../store/datasets.js'
import type { ImportRow, RejectedFileRow } from '../../store/imports.js'
import { type ImportJobContext, runImport } from './import-job.js'
import { importSource } from './import-source.js'

export interface ImportOptions {
  /** The dataset's name; otherwise the one in `dataset.json`, otherwise the folder's or the archive's. */
  readonly name?: string | null
  /** For images laid out `class/image`; what is not given stays as it is by default. */
  readonly splitRule?: Partial<SplitRule> | null
  /** Whether a dataset that is there already takes the prompts of `dataset.json`; otherwise it keeps its own. */
  readonly updatePrompts?: boolean
}

export interface ImportArchiveInput extends ImportOptions {
  readonly archive: {
    /** What its owner calls it, such as `flowers.zip`. */
    readonly name: string
    readonly chunks: AsyncIterable<Uint8Array>
  }
}

export interface ImportPathOptions extends ImportOptions {
  /** Told how many of how many images have been looked at. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface ImportResult {
  readonly dataset: DatasetRow
  readonly added: number
  /** Images that the dataset has already, or that stand there twice. */
  readonly duplicates: number
  readonly rejected: readonly RejectedFileRow[]
  /** Classes for which `dataset.json` has other prompts than the dataset, which has kept its own. */
  readonly keptPrompts: readonly string[]
}

export interface Imports {
  /**
   * Takes an archive and imports it in the background. Once this resolves, the archive is stored and the import goes on
   * to its end whatever happens to the process. What is wrong inside the archive stands in the import's record.
   * Throws INVALID_VALUE, ARCHIVE_TOO_LARGE or UNSUPPORTED_ARCHIVE, and then keeps nothing.
   */
  importArchive(input: ImportArchiveInput): Promise<ImportRow>
  /**
   * Imports a folder or an archive of this machine now. Importing it again adds only what is new. Throws INVALID_FOLDER,
   * INVALID_ARCHIVE and the codes of the limits of archives; INVALID_VALUE where a dataset of that name has other classes.
   */
  importPath(path: string, options?: ImportPathOptions): Promise<ImportResult>
  /** What has been added stays. Throws UNKNOWN_IMPORT or IMPORT_FINISHED. */
  cancel(id: string): Promise<ImportRow>
  /** Resolves with the import once it has ended. Throws UNKNOWN_IMPORT. */
  ended(id: string): Promise<ImportRow>
  /** Whether `importPath` adds to a dataset right now. */
  isAddingTo(datasetId: string): boolean
  /** Goes on with what a stop interrupted. */
  resume(): Promise<void>
}

export interface ImportsContext extends ImportJobContext {
  readonly queue: JobQueue
  /** Told of every fault of the disk or the database that an import waits out. */
  readonly onFault: (id: string, fault: ShotboardError) => void
}

export function createImports(context: ImportsContext): Imports {
  const { store, archiveFiles, limits, queue } = context
  const addingTo = new Set<string>()

  const { enqueue, cancel, ended, resume } = recordedJobs<ImportRow>({
    queue,
    records: store.imports,
    run: (id, signal) => runImport(context, id, signal),
    park: (id, { message, code }) => store.imports.park(id, { error: message, errorCode: code }),
    onFault: context.onFault,
    async writeCancelled({ id, file }) {
      await store.imports.end(id, { status: 'CANCELLED' })
      await archiveFiles.remove(file)
    },
    unknown: errors.unknownImport,
    over: errors.importFinished,
  })

  return {
    async importArchive({ archive, ...options }) {
      const { name, splitRule, updatePrompts } = parseOptions(options)
      const file = await archiveFiles.write(archive.chunks)
      try {
        const stored = { path: archiveFiles.pathOf(file), name: basename(archive.name) }
        await (await openArchive(stored, limits)).close()
        const dataset = name === null ? null : await store.datasets.findByName(name)
        const row = await store.imports.create({
          ...{ name, splitRule, updatePrompts, file },
          archive: stored.name,
          datasetId: dataset?.id ?? null,
        })
        enqueue(row.id)
        return row
      } catch (error) {
        await archiveFiles.remove(file)
        throw error
      }
    },

    async importPath(path, { onProgress, ...options } = {}) {
      const request = parseOptions(options)
      const source = await openPath(path, limits)
      const found: { dataset?: DatasetRow; images: number; keptPrompts: readonly string[] } = {
        images: 0,
        keptPrompts: [],
      }
      const result = { added: 0, duplicates: 0, rejected: [] as RejectedFileRow[] }
      try {
        await importSource(context, source, request, {
          position: 0,
          async begin(dataset, images, keptPrompts) {
            addingTo.add(dataset.id)
            Object.assign(found, { dataset, images, keptPrompts })
          },
          async step({ images, rejected }) {
            const added = await store.datasets.addImages(found.dataset?.id ?? '', images)
            result.added += added
            result.duplicates += images.length - added
            result.rejected.push(...rejected)
            onProgress?.(result.added + result.duplicates + result.rejected.length, found.images)
            return true
          },
        })
        if (!found.dataset) throw new Error('an import that has no dataset has thrown')
        return { dataset: found.dataset, keptPrompts: found.keptPrompts, ...result }
      } finally {
        if (found.dataset) addingTo.delete(found.dataset.id)
        await source.close()
      }
    },

    cancel,
    ended,
    resume,
    isAddingTo: (datasetId) => addingTo.has(datasetId),
  }
}

async function openPath(path: string, limits: ImportJobContext['limits']): Promise<Source> {
  const kind = await stat(path).catch(() => undefined)
  return kind?.isFile() ? openArchive({ path, name: basename(path) }, limits) : openFolder(path, limits)
}

/** Throws INVALID_VALUE with the argument at fault. */
function parseOptions({ name, splitRule, updatePrompts = false }: ImportOptions) {
  const given = Object.entries(splitRule ?? {}).filter(([, value]) => value != null)
  const rule: SplitRule = { ...defaultSplitRule, ...Object.fromEntries(given) }
  const trimmed = name?.trim() ?? null
  if (trimmed === '') throw errors.invalidValue({ reason: "A dataset's name must not be empty." }, 'name')
  requireSplitRule(rule)
  return { name: trimmed, splitRule: rule, updatePrompts }
}

function requireSplitRule({ seed, ...shares }: SplitRule): void {
  for (const [name, share] of Object.entries(shares)) {
    if (share >= 0 && share <= 1) continue
    throw errors.invalidValue({ reason: `A share is from 0 to 1, not ${share}.` }, `splitRule.${name}`)
  }
  const sum = Object.values(shares).reduce((total, share) => total + share, 0)
  if (Math.abs(sum - 1) > 1e-6) {
    throw errors.invalidValue({ reason: `The shares must add up to 1, and add up to ${sum}.` }, 'splitRule')
  }
  if (Number.isInteger(seed) && Math.abs(seed) < 2 ** 31) return
  throw errors.invalidValue({ reason: `A seed is a whole number of 32 bits, not ${seed}.` }, 'splitRule.seed')
}
