import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { openArchive } from './archive.js'
import { openFolder } from './folder.js'
import type { LabelColumns } from './labels/label-row.js'
import { withShards } from './shards.js'
import type { Source, SourceLimits } from './source.js'

/**
 * Opens a folder, with the archives and parquet files in it, or an archive. `columns` are those of parquet files, if they are
 * chosen. Throws INVALID_FOLDER, UNSUPPORTED_ARCHIVE, INVALID_ARCHIVE, INVALID_PARQUET, or
 * the code of the limit that an archive exceeds.
 */
export async function openSource(
  path: string,
  limits: SourceLimits,
  columns: LabelColumns = {},
): Promise<Source> {
  const kind = await stat(path).catch(() => undefined)
  return kind?.isFile()
    ? openArchive({ path, name: basename(path) }, limits)
    : withShards(await openFolder(path, limits), path, limits, columns)
}
