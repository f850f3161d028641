import { join } from 'node:path'
import { errors } from '../errors.js'
import { type FileLock, lockFile } from './file-lock.js'

/** Locks a data folder for this process, and creates it if needed. Throws DATA_FOLDER_IN_USE with the holder. */
export const lockDataFolder = (folder: string): Promise<FileLock> =>
  lockFile(join(folder, 'lock'), (holder) => errors.dataFolderInUse({ folder, holder }))
