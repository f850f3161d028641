import { errors } from '../errors.js'
import type { SourceLimits } from './source.js'

/** Archives that unpack to less than this may have any compression ratio. */
const ratioCountsFromBytes = 64 * 2 ** 20

/** Checks the entries and unpacked bytes of an archive against the limits while it is read. */
export interface ArchiveBounds {
  /**
   * Counts an entry. Throws ARCHIVE_TOO_MANY_ENTRIES, or ARCHIVE_PATH_LEAVES_FOLDER if its path is not below the
   * archive's root.
   */
  entry(path: string): void
  /** Counts unpacked bytes. Throws ARCHIVE_UNPACKS_TOO_LARGE or ARCHIVE_PACKED_TOO_TIGHTLY. */
  unpacked(bytes: number): void
}

export function createBounds(packedBytes: number, limits: SourceLimits): ArchiveBounds {
  let entries = 0
  let unpackedBytes = 0
  return {
    entry(path) {
      if (++entries > limits.maxArchiveEntries) {
        throw errors.archiveTooManyEntries({ entries: limits.maxArchiveEntries })
      }
      if (leavesFolder(path)) throw errors.archivePathLeavesFolder({ path })
    },
    unpacked(bytes) {
      unpackedBytes += bytes
      if (unpackedBytes > limits.maxArchiveExpandedMegabytes * 2 ** 20) {
        throw errors.archiveUnpacksTooLarge({ megabytes: limits.maxArchiveExpandedMegabytes })
      }
      const ratio = unpackedBytes / packedBytes
      if (unpackedBytes > ratioCountsFromBytes && ratio > limits.maxArchiveRatio) {
        throw errors.archivePackedTooTightly({ ratio: limits.maxArchiveRatio })
      }
    },
  }
}

const leavesFolder = (path: string): boolean =>
  /^([\\/]|[A-Za-z]:)/.test(path) || path.includes('\0') || path.split(/[\\/]/).includes('..')
