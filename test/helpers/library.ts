import { type OpenedLibrary, openLibrary } from '../../src/library/library.js'
import { readSettings } from '../../src/settings/settings.js'
import { atEnd } from './at-end.js'

/** A library on a folder, until it is closed or the tests of the file have run. */
export async function openTestLibrary(
  folder: string,
  environment: Record<string, string> = {},
): Promise<OpenedLibrary> {
  // Tests run side by side, one a core.
  const settings = readSettings({ SHOTBOARD_DATA_DIR: folder, SHOTBOARD_THREADS: '1', ...environment })
  const library = await openLibrary(settings, {
    onError: (job, error) => {
      throw new Error(`${job} failed`, { cause: error })
    },
  })
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= library.close()
    return closed
  }
  atEnd(close)
  return { ...library, close }
}
