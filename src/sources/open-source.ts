import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { openArchive } from './archive.js'
import { openFolder } from './folder.js'
import { withShards } from './shards.js'
import type { Source, SourceLimits } from './source.js'

/**
 * Opens a folder, with the tar archives in it, or an archive. Throws INVALID_FOLDER, UNSUPPORTED_ARCHIVE, INVALID_ARCHIVE, or
 * the code of the limit that an archive exceeds.
 */
export async function openSource(path: string, limits: SourceLimits): Promise<Source> {
  const kind = await stat(path).catch(() => undefined)
  return kind?.isFile()
    ? openArchive({ path, name: basename(path) }, limits)
    : withShards(await openFolder(path, limits), path, limits)
}
