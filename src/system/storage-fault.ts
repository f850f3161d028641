import { errors, ShotboardError, systemCodeOf } from '../errors.js'

/** What the operating system says of a file that cannot be written or read, in words that name no path. */
const reasons: Readonly<Record<string, string>> = {
  EFBIG: 'the file would be larger than this process may write',
  EIO: 'the device reports an error',
  EROFS: 'the file system is read-only',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
}

/**
 * Writes files. Throws DISK_FULL or STORAGE_FAILED where it is the disk's fault; `what` says what could not be written,
 * such as "an image".
 */
export const storing = <T>(what: string, write: () => Promise<T>): Promise<T> =>
  onDisk('writing', what, write)

/** Reads files. Throws STORAGE_FAILED where it is the disk's fault; that a file is not there is none. */
export const reading = <T>(what: string, read: () => Promise<T>): Promise<T> => onDisk('reading', what, read)

async function onDisk<T>(doing: 'writing' | 'reading', what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const code = systemCodeOf(error) ?? ''
    if (code === 'ENOSPC' || code === 'EDQUOT') throw errors.diskFull({ what })
    const reason = reasons[code]
    throw reason === undefined ? error : errors.storageFailed({ doing, what, reason })
  }
}

const passing = ['DISK_FULL', 'STORAGE_FAILED', 'DATABASE_UNAVAILABLE'] as const

/** The fault of the disk or the database and not of what was asked of them. */
export type StorageFault = ShotboardError & { readonly code: (typeof passing)[number] }

/** Whether an error is such a fault: what failed may be tried again when they are well. */
export const isStorageFault = (error: unknown): error is StorageFault =>
  error instanceof ShotboardError && passing.some((code) => code === error.code)
