import { Command, InvalidArgumentError } from 'commander'
import {
  defaultSplitRule,
  type ImportOptions,
  type ImportResult,
  type Library,
  openLibrary,
  type SplitRule,
} from '../library/index.js'
import { readSettings } from '../settings/settings.js'
import { createProgressBar } from './progress-bar.js'
import { runCommand } from './run-command.js'

interface ImportCommandOptions {
  readonly name?: string
  readonly splitRule?: Omit<SplitRule, 'seed'>
  readonly seed: number
  readonly updatePrompts?: boolean
}

const { supportPool, validation, test, seed } = defaultSplitRule

/** `shotboard import PATH`: a folder or an archive into the data directory. */
export const importCommand = (): Command =>
  new Command('import')
    .description('Import a folder, a .zip or a .tar.gz of images. Importing it again adds only what is new.')
    .argument('<path>', 'laid out split/class/image or class/image, with or without a dataset.json')
    .option('--name <name>', "the dataset's name (default: the one in dataset.json, or the folder's)")
    .option(
      '--split-rule <shares>',
      `for class/image: shares of support pool, validation and test (default: ${supportPool},${validation},${test})`,
      shares,
    )
    .option('--seed <number>', 'the seed that images are split by', wholeNumber, seed)
    .option('--update-prompts', 'take the prompts of dataset.json into a dataset that is there already')
    .action((path: string, options: ImportCommandOptions) =>
      runCommand((onStop) => run(path, options, onStop)),
    )

async function run(
  path: string,
  { name, splitRule, seed, updatePrompts = false }: ImportCommandOptions,
  onStop: (stop: () => Promise<void>) => void,
): Promise<void> {
  const library = await openLibrary(readSettings(process.env), {
    onError: (job, error) => console.error(`${job}:`, error),
  })
  onStop(library.close)
  const { dataset, rejected } = await importAndTell(library, path, {
    ...(name !== undefined && { name }),
    splitRule: { ...splitRule, seed },
    updatePrompts,
  })
  console.log(dataset.id)
  await library.close()
  process.exitCode = rejected.length > 0 ? 1 : 0
}

/** Imports with a progress bar, and says what came of it. */
export async function importAndTell(
  library: Library,
  path: string,
  options: ImportOptions = {},
): Promise<ImportResult> {
  const bar = createProgressBar('Importing')
  let result: ImportResult
  try {
    const onProgress = (done: number, total: number) => bar.update(done, total)
    result = await library.imports.importPath(path, { ...options, onProgress })
  } finally {
    bar.stop()
  }
  const { dataset, added, duplicates, rejected, keptPrompts } = result
  console.log(
    `"${dataset.name}": ${added} images added, ${duplicates} there already, ${rejected.length} rejected.`,
  )
  for (const { file, code, reason } of rejected) console.error(`${file}: ${code}: ${reason}`)
  if (keptPrompts.length > 0) {
    console.log(
      `dataset.json has other prompts for ${keptPrompts.join(', ')}; the dataset has kept its own (--update-prompts).`,
    )
  }
  return result
}

function shares(text: string): Omit<SplitRule, 'seed'> {
  const [supportPool, validation, test, ...more] = text.split(',').map(Number)
  const given = [supportPool, validation, test]
  if (more.length > 0 || !given.every(Number.isFinite)) {
    throw new InvalidArgumentError('Give three shares, such as 0.5,0.2,0.3.')
  }
  return { supportPool: supportPool ?? 0, validation: validation ?? 0, test: test ?? 0 }
}

function wholeNumber(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError('Give a whole number.')
  return Number(text)
}
