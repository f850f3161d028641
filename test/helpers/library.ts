import { type OpenedLibrary, openLibrary } from '../../src/library/library.js'
import type { LibraryEvents } from '../../src/library/services.js'
import { readSettings } from '../../src/settings/settings.js'
import { atEnd } from './at-end.js'

const failing = (job: string, error: unknown): never => {
  throw new Error(`${job} failed`, { cause: error })
}

/** A library on a folder, until it is closed or the tests of the file have run. */
export async function openTestLibrary(
  folder: string,
  environment: Record<string, string> = {},
  onError: LibraryEvents['onError'] = failing,
): Promise<OpenedLibrary> {
  // Tests run side by side, one a core.
  const settings = readSettings({ SHOTBOARD_DATA_DIR: folder, SHOTBOARD_THREADS: '1', ...environment })
  const library = await openLibrary(settings, { onError })
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= library.close()
    return closed
  }
  atEnd(close)
  return { ...library, close }
}
