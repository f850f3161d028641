import { openLibrary } from '../library/library.js'
import { readSettings } from '../settings/settings.js'
import { endWell } from './end-well.js'
import { createProgressBar } from './progress-bar.js'
import { compareAndPrint } from './run-comparison.js'

/** `npm run demo -- PATH`: imports a folder laid out split/class/image and compares every method on it. */
await endWell(async (onStop) => {
  const path = process.argv[2]
  if (path === undefined) {
    console.error('Give a folder: npm run demo -- PATH')
    process.exitCode = 2
    return
  }
  const library = await openLibrary(readSettings(process.env), {
    onError: (job, error) => console.error(`${job}:`, error),
  })
  onStop(library.close)
  const bar = createProgressBar('Importing')
  const { dataset, added, duplicates, rejected } = await library.imports.importPath(path, {
    onProgress: (done, total) => bar.update(done, total),
  })
  bar.stop()
  console.log(
    `"${dataset.name}": ${added} images added, ${duplicates} there already, ${rejected.length} rejected.`,
  )
  for (const { file, code, reason } of rejected) console.error(`${file}: ${code}: ${reason}`)
  const { status } = await compareAndPrint(library, dataset.id)
  await library.close()
  process.exitCode = status === 'SUCCEEDED' ? 0 : 1
})
