import { openLibrary } from '../library/index.js'
import { readSettings } from '../settings/settings.js'
import { importAndTell } from './import.js'
import { runCommand } from './run-command.js'
import { compareAndPrint } from './run-comparison.js'

/** `npm run demo -- PATH`: imports a folder or an archive and compares every method on it. */
await runCommand(async (onStop) => {
  const path = process.argv[2]
  if (path === undefined) {
    console.error('A folder or an archive is required: npm run demo -- PATH')
    process.exitCode = 2
    return
  }
  const library = await openLibrary(readSettings(process.env), {
    onError: (job, error) => console.error(`${job}:`, error),
  })
  onStop(library.close)
  const { dataset } = await importAndTell(library, path)
  const { status } = await compareAndPrint(library, dataset.id)
  await library.close()
  process.exitCode = status === 'SUCCEEDED' ? 0 : 1
})
