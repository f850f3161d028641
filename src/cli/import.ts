import Table from 'cli-table3'
import { Command, InvalidArgumentError } from 'commander'
import {
  type ClassFrom,
  classFolderChoices,
  defaultSplitRule,
  type ImportPathOptions,
  type ImportPlan,
  type ImportResult,
  type Library,
  openLibrary,
  type SplitRule,
} from '../library/index.js'
import { readSettings } from '../settings/settings.js'
import { createProgressBar } from './progress-bar.js'
import { type OnStop, runCommand } from './run-command.js'

interface ImportCommandOptions {
  readonly name?: string
  readonly splitRule?: Omit<SplitRule, 'seed'>
  readonly seed: number
  readonly updatePrompts?: boolean
  readonly dryRun?: boolean
  readonly labels?: string
  readonly pathColumn?: string
  readonly labelColumn?: string
  readonly splitColumn?: string
  readonly classFrom?: ClassFrom
  readonly config?: string
  readonly splits?: readonly string[]
}

const { supportPool, validation, test, seed } = defaultSplitRule

/** `shotboard import PATH`: imports a folder or an archive into the data folder. */
export const importCommand = (): Command =>
  new Command('import')
    .description(
      'Import a folder, a .zip or a .tar (plain, .gz, .bz2, .xz) of images, or a dataset of the Hugging Face hub. Importing it again adds only new images.',
    )
    .argument(
      '<path>',
      'with paths split/class/image or class/image, or with a file of labels; or a bucket, s3://BUCKET/PREFIX?endpoint=URL; or hf:owner/name, or hf:owner/name@revision',
    )
    .option('--name <name>', "the dataset's name (default: the name in dataset.json, or of the folder)")
    .option(
      '--split-rule <shares>',
      `for images in no split: shares of support pool, validation and test (default: ${supportPool},${validation},${test})`,
      shares,
    )
    .option('--seed <number>', 'the seed of the split', wholeNumber, seed)
    .option('--labels <file>', 'the file of labels: .csv, .tsv, .jsonl or .json (default: found by looking)')
    .option('--path-column <name>', 'its column of paths (default: found by its name)')
    .option('--label-column <name>', 'its column of labels (default: found by its name)')
    .option('--split-column <name>', 'its column of splits (default: found by its name)')
    .option(
      '--class-from <folder>',
      'top: the folder below the split; parent: the one nearest to the image',
      classFrom,
    )
    .option('--config <name>', 'a configuration of a dataset of the hub, where it has several')
    .option('--splits <names>', 'splits of a dataset of the hub, with commas (default: all)', names)
    .option('--update-prompts', 'replace the prompts of an existing dataset with those of dataset.json')
    .option('--dry-run', 'check every image and say what would be imported, without storing anything')
    .action((path: string, options: ImportCommandOptions) =>
      runCommand((onStop) => run(path, options, onStop)),
    )

async function run(
  path: string,
  {
    splitRule,
    seed,
    dryRun = false,
    labels,
    pathColumn,
    labelColumn,
    splitColumn,
    splits,
    ...options
  }: ImportCommandOptions,
  onStop: OnStop,
): Promise<void> {
  const library = await openLibrary(readSettings(process.env), {
    onError: (job, error) => console.error(`${job}:`, error),
  })
  onStop(library.close, 'unfinished')
  const request = {
    ...options,
    splitRule: { ...splitRule, seed },
    labels: { file: labels, pathColumn, labelColumn, splitColumn },
    hubSplits: splits,
  }
  const { rejected, dataset } = dryRun
    ? { ...(await planAndTell(library, path, request)), dataset: null }
    : await importAndTell(library, path, request)
  if (dataset) console.log(dataset.id)
  await library.close()
  process.exitCode = rejected.length > 0 ? 1 : 0
}

/** Prints what an import would do. */
async function planAndTell(library: Library, path: string, options: ImportPathOptions): Promise<ImportPlan> {
  const plan = await withDownload((onDownload) =>
    withProgress('Checking', (onProgress) =>
      library.imports.planPath(path, { ...options, onProgress, onDownload }),
    ),
  )
  const { name, dataset, classes, added, duplicates, rejected, warnings } = plan
  console.log(`${dataset === null ? 'A new dataset' : 'The dataset'} "${name}" would get these images:`)
  console.log(formatPlan(classes))
  console.log(
    `${added} to add, ${duplicates} ${dataset === null ? 'are there twice' : 'are already there'}, ${rejected.length} left out.`,
  )
  tellWarnings(warnings)
  tellRejected(rejected)
  return plan
}

/** Imports with a progress bar and prints the result. */
export async function importAndTell(
  library: Library,
  path: string,
  options: ImportPathOptions = {},
): Promise<ImportResult> {
  const result = await withDownload((onDownload) =>
    withProgress('Importing', (onProgress) =>
      library.imports.importPath(path, { ...options, onProgress, onDownload }),
    ),
  )
  const { dataset, added, duplicates, rejected, keptPrompts, warnings } = result
  console.log(
    `"${dataset.name}": ${added} images added, ${duplicates} already there, ${rejected.length} rejected.`,
  )
  tellWarnings(warnings)
  tellRejected(rejected)
  if (keptPrompts.length > 0) {
    console.log(
      `dataset.json has other prompts for ${keptPrompts.join(', ')}. The dataset keeps its own; use --update-prompts to replace them.`,
    )
  }
  return result
}

/** Shows a progress bar while a dataset of the hub is downloaded. */
async function withDownload<T>(
  work: (onDownload: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const bar = createProgressBar('Downloading')
  try {
    return await work((done, total) => {
      bar.update(done, total)
      if (done === total) bar.stop()
    })
  } finally {
    bar.stop()
  }
}

/** Shows a progress bar while the work goes on. */
export async function withProgress<T>(
  title: string,
  work: (onProgress: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const bar = createProgressBar(title)
  try {
    return await work((done, total) => bar.update(done, total))
  } finally {
    bar.stop()
  }
}

/** Prints what may be a mistake, and classes of which nothing was read, on standard error. */
function tellWarnings(warnings: ImportResult['warnings']): void {
  for (const { code, text } of warnings) console.error(`${code}: ${text}`)
}

/** Prints every file that was left out, with why, on standard error. */
export function tellRejected(rejected: ImportResult['rejected']): void {
  for (const { file, code, reason } of rejected) console.error(`${file}: ${code}: ${reason}`)
}

function formatPlan(classes: ImportPlan['classes']): string {
  const table = new Table({
    head: ['class', 'support pool', 'validation', 'test'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  })
  for (const { name, images } of classes) {
    table.push([name, images.SUPPORT_POOL, images.VALIDATION, images.TEST])
  }
  return table.toString()
}

function shares(text: string): Omit<SplitRule, 'seed'> {
  const [supportPool, validation, test, ...more] = text.split(',').map(Number)
  const given = [supportPool, validation, test]
  if (more.length > 0 || !given.every(Number.isFinite)) {
    throw new InvalidArgumentError('Give three shares, such as 0.5,0.2,0.3.')
  }
  return { supportPool: supportPool ?? 0, validation: validation ?? 0, test: test ?? 0 }
}

const names = (text: string): string[] => text.split(',').map((name) => name.trim())

function classFrom(text: string): ClassFrom {
  const found = classFolderChoices.find((choice) => choice.toLowerCase() === text)
  if (!found) throw new InvalidArgumentError('Give top or parent.')
  return found
}

function wholeNumber(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError('Give a whole number.')
  return Number(text)
}
