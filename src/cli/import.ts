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

/** `shotboard import PATH`: imports a folder or an archive into the data folder. */
export const importCommand = (): Command =>
  new Command('import')
    .description(
      'Import a folder, a .zip, a .tar or a .tar.gz of images. Importing it again adds only new images.',
    )
    .argument('<path>', 'with paths split/class/image or class/image, and optionally a dataset.json')
    .option('--name <name>', "the dataset's name (default: the name in dataset.json, or of the folder)")
    .option(
      '--split-rule <shares>',
      `for class/image: shares of support pool, validation and test (default: ${supportPool},${validation},${test})`,
      shares,
    )
    .option('--seed <number>', 'the seed of the split', wholeNumber, seed)
    .option('--update-prompts', 'replace the prompts of an existing dataset with those of dataset.json')
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

/** Imports with a progress bar and prints the result. */
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
    `"${dataset.name}": ${added} images added, ${duplicates} already there, ${rejected.length} rejected.`,
  )
  for (const { file, code, reason } of rejected) console.error(`${file}: ${code}: ${reason}`)
  if (keptPrompts.length > 0) {
    console.log(
      `dataset.json has other prompts for ${keptPrompts.join(', ')}. The dataset keeps its own; use --update-prompts to replace them.`,
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
