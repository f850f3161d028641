import { type Library, openLibrary } from '../../src/library/library.js'
import { readSettings } from '../../src/settings/settings.js'
import { atEnd } from './at-end.js'

/** A library on a folder, until it is closed or the tests of the file have run. */
export async function openTestLibrary(
  folder: string,
  environment: Record<string, string> = {},
): Promise<Library> {
  const library = await openLibrary(readSettings({ SHOTBOARD_DATA_DIR: folder, ...environment }), {
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
