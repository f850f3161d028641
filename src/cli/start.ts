import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { type Library, surviveStrayErrors } from '../library/index.js'
import { readSettings } from '../settings/settings.js'
import { createProgressBar } from './progress-bar.js'
import { runCommand } from './run-command.js'
import { compareAndPrint } from './run-comparison.js'

const demo = fileURLToPath(new URL('../../demo/fashion-mnist', import.meta.url))

/** `shotboard start`: serves, and compares every method on the demo dataset unless that has been done. */
export const startCommand = (): Command =>
  new Command('start')
    .description('Serve the dashboard and the API. The first start compares every method on a demo dataset.')
    .action(() => runCommand(start))

async function start(onStop: (stop: () => Promise<void>) => void): Promise<void> {
  const settings = readSettings(process.env)
  surviveStrayErrors(settings.plugins, process.cwd(), ({ message, cause }) => console.error(message, cause))
  // No other command needs the server, which takes long to load.
  const { startServer } = await import('../server.js')
  const server = await startServer(settings)
  onStop(server.close)
  if (settings.demo) await showDemo(server.library)
  console.log(
    `Shotboard is ready at ${server.url}/graphql (${Math.round(performance.now())} ms after the start).`,
  )
}

async function showDemo(library: Library): Promise<void> {
  const bar = createProgressBar('Importing the demo dataset')
  const { dataset, added } = await library.imports.importPath(demo, {
    onProgress: (done, total) => bar.update(done, total),
  })
  bar.stop()
  if (added > 0) console.log(`The demo dataset is "${dataset.name}" (${added} images).`)
  await compareAndPrint(library, dataset.id)
}
