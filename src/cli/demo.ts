import { Command, Option } from 'commander'
import { openLibrary, type Selection } from '../library/index.js'
import { readSettings } from '../settings/settings.js'
import { importAndTell } from './import.js'
import { runCommand } from './run-command.js'
import { compareAndPrint, selections } from './run-comparison.js'

/** `shotboard demo PATH`: imports a folder or an archive and compares every method on it. */
export const demoCommand = (): Command =>
  new Command('demo')
    .description('Import a folder or an archive of images and compare every method on it.')
    .argument('[path]', 'laid out split/class/image or class/image, with or without a dataset.json')
    .usage('[options] <path>')
    .addOption(
      new Option(
        '--selection <protocol>',
        'how to select hyperparameters: on the support images alone, on the validation split as in the papers, or not',
      )
        .choices(Object.keys(selections))
        .default('leave-one-out'),
    )
    .action((path: string | undefined, { selection }: DemoOptions, command: Command) =>
      path === undefined
        ? command.error(missingPath, { exitCode: 2 })
        : runCommand((onStop) => demo(path, selections[selection], onStop)),
    )

interface DemoOptions {
  readonly selection: keyof typeof selections
}

const missingPath = 'Give a folder or an archive: shotboard demo PATH, or in a checkout npm run demo -- PATH'

async function demo(
  path: string,
  selection: Selection,
  onStop: (stop: () => Promise<void>) => void,
): Promise<void> {
  const library = await openLibrary(readSettings(process.env), {
    onError: (job, error) => console.error(`${job}:`, error),
  })
  onStop(library.close)
  const { dataset } = await importAndTell(library, path)
  const { status } = await compareAndPrint(library, dataset.id, selection)
  await library.close()
  process.exitCode = status === 'SUCCEEDED' ? 0 : 1
}
