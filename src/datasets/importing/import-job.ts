import { errors, ShotboardError } from '../../errors.js'
import { hasEnded } from '../../jobs/has-ended.js'
import { openArchive } from '../../sources/archive.js'
import type { Source, SourceLimits } from '../../sources/source.js'
import type { ArchiveFiles } from '../../store/archive-files.js'
import type { ImportRow, WarningRow } from '../../store/imports.js'
import type { Store } from '../../store/store.js'
import { isCancelled } from '../../system/abort.js'
import { isStorageFault } from '../../system/storage-fault.js'
import { afterImport } from './after-import.js'
import { type FetchedSource, type HubContext, openHubSource } from './hub-source.js'
import { layoutOf, warningOf } from './import-options.js'
import { type ImportLedger, type ImportSourceContext, importSource } from './import-source.js'
import { datasetWarnings, type ImportWarningsContext } from './import-warnings.js'

export interface ImportJobContext extends ImportSourceContext, ImportWarningsContext, HubContext {
  readonly store: Store
  readonly archiveFiles: ArchiveFiles
  readonly limits: SourceLimits
}

/**
 * Imports an archive, from where an earlier attempt stopped. If the archive is invalid, the import fails and its record has
 * the error. Throws CANCELLED when the signal aborts, and then does not end the record. Throws faults of the disk
 * or the database; then the caller can call it again.
 */
export async function runImport(context: ImportJobContext, id: string, signal: AbortSignal): Promise<void> {
  const { store } = context
  const row = await store.imports.get(id)
  if (!row || hasEnded(row)) return
  try {
    const opened = await open(context, row, signal)
    const warnings = await importRest(
      context,
      { ...row, name: row.name ?? opened.name },
      opened.source,
      signal,
    )
    await store.imports.end(id, { status: 'SUCCEEDED', warnings })
    await opened.remove()
  } catch (error) {
    if (signal.aborted || isStorageFault(error) || isCancelled(error)) throw error
    const isExpected = error instanceof ShotboardError
    await failImport(context, id, isExpected ? error : errors.internal({}))
    if (!isExpected) throw error
  }
}

/** Ends an import that has not ended as FAILED, and removes its archive. Images that are already added stay. */
export async function failImport(
  { store, archiveFiles }: Pick<ImportJobContext, 'store' | 'archiveFiles'>,
  id: string,
  { code, message }: ShotboardError,
): Promise<void> {
  const row = await store.imports.get(id)
  if (!row || hasEnded(row)) return
  await store.imports.end(id, { status: 'FAILED', error: message, errorCode: code })
  await removeArchive(archiveFiles, row)
}

/** Removes the archive of an import, if it has one. */
export async function removeArchive(archiveFiles: ArchiveFiles, { file }: ImportRow): Promise<void> {
  if (file !== '') await archiveFiles.remove(file)
}

async function open(context: ImportJobContext, row: ImportRow, signal: AbortSignal): Promise<FetchedSource> {
  const { archiveFiles, limits } = context
  if (row.source) return openHubSource(context, row.source, layoutOf(row.layout), { signal })
  const file = await archiveFiles.open(row.file)
  try {
    const source = await openArchive({ path: file.path, name: row.archive }, limits)
    const close = async () => {
      await source.close()
      await file.close()
    }
    return { source: { ...source, close }, name: null, remove: () => archiveFiles.remove(row.file) }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Imports the rest of a source. Returns what may be a mistake. */
async function importRest(
  context: ImportJobContext,
  row: ImportRow,
  source: Source,
  signal: AbortSignal,
): Promise<readonly WarningRow[]> {
  const { store } = context
  const warnings: WarningRow[] = []
  let { position } = row
  const ledger: ImportLedger = {
    position: row.position,
    taken: row.added + row.duplicates,
    firstRejected: row.rejected[0],
    async begin(images, told) {
      warnings.push(...told.map(warningOf))
      await store.imports.start(row.id, images)
    },
    unreadable: (error) => warnings.push(warningOf(error)),
    setDataset: ({ id }) => store.imports.setDataset(row.id, id),
    async step(step) {
      const taken = await store.imports.step(row.id, step, position)
      position += step.images.length + step.rejected.length
      if (taken) return true
      const current = await store.imports.get(row.id)
      // Another process has taken the import over, and ends it.
      if (current && !hasEnded(current)) throw errors.cancelled({})
      return false
    },
  }
  try {
    await importSource(context, source, { ...row, layout: layoutOf(row.layout) }, ledger, signal)
  } finally {
    await source.close()
  }
  const { datasetId, inOtherSplit, added } = (await store.imports.get(row.id)) ?? row
  await afterImport(store, added)
  if (inOtherSplit.files > 0) warnings.push(warningOf(errors.imagesInOtherSplit(inOtherSplit)))
  return datasetId === null ? warnings : [...warnings, ...(await datasetWarnings(context, datasetId))]
}
