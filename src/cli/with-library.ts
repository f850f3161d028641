import { type Library, openLibrary } from '../library/index.js'
import { readSettings } from '../settings/settings.js'
import { runCommand } from './run-command.js'

/** Opens a library, runs a command with it, and closes it at the end or on a signal. */
export const withLibrary = (work: (library: Library) => Promise<void>): Promise<void> =>
  runCommand(async (onStop) => {
    const library = await openLibrary(readSettings(process.env), {
      onError: (job, error) => console.error(`${job}:`, error),
    })
    onStop(library.close, 'unfinished')
    await work(library)
    await library.close()
  })
