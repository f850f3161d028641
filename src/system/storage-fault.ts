import { errors, ShotboardError, systemCodeOf } from '../errors.js'

/** The operating system's reasons for a failed read or write, in words that name no path. */
const reasons: Readonly<Record<string, string>> = {
  EFBIG: 'the file would be larger than this process may write',
  EIO: 'the device reports an error',
  EROFS: 'the file system is read-only',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  ENAMETOOLONG: 'its name is too long for the file system',
  ENOTDIR: 'a part of its path is a file',
  EISDIR: 'it is a folder',
  ELOOP: 'its path has too many links',
  EBUSY: 'it is in use',
  ETXTBSY: 'it is in use',
  EMLINK: 'the file has too many links',
  ENODEV: 'the device is not there',
  ENXIO: 'the device is not there',
  ESTALE: 'the file system has been replaced',
  ETIMEDOUT: 'the file system does not answer',
}

/**
 * Writes files. Errors of the disk become DISK_FULL or STORAGE_FAILED, with `what` as the name of what could not be
 * written, such as "an image"; other errors pass unchanged.
 */
export const withWriteErrors = <T>(what: string, write: () => Promise<T>): Promise<T> =>
  withStorageErrors('writing', what, write)

/** Reads files. Errors of the disk become STORAGE_FAILED; other errors, such as a missing file, pass unchanged. */
export const withReadErrors = <T>(what: string, read: () => Promise<T>): Promise<T> =>
  withStorageErrors('reading', what, read)

async function withStorageErrors<T>(
  doing: 'writing' | 'reading',
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const code = systemCodeOf(error) ?? ''
    if (code === 'ENOSPC' || code === 'EDQUOT') throw errors.diskFull({ what })
    const reason = reasons[code]
    throw reason === undefined ? error : errors.storageFailed({ doing, what, reason })
  }
}

const storageFaultCodes = ['DISK_FULL', 'STORAGE_FAILED', 'DATABASE_UNAVAILABLE'] as const

/** An error of the disk or the database. The request itself may be fine. */
export type StorageFault = ShotboardError & { readonly code: (typeof storageFaultCodes)[number] }

/** Whether an error is a storage fault, so that the same work may succeed later. */
export const isStorageFault = (error: unknown): error is StorageFault =>
  error instanceof ShotboardError && storageFaultCodes.some((code) => code === error.code)
