import { readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Command } from 'commander'
import { errors, reasonOf } from '../errors.js'
import { type Experiment, openLibrary, parseExperiment } from '../library/index.js'
import { keyVariable, readSettings } from '../settings/settings.js'
import type { ComparisonHost, ExportFormat } from './comparison-host.js'
import { localComparisons } from './local-comparisons.js'
import { printResults, watchComparison } from './print-comparison.js'
import { remoteComparisons } from './remote-comparisons.js'
import { runCommand } from './run-command.js'
import { readSupportImages } from './support-images.js'

interface CompareOptions {
  readonly url?: string
  readonly support?: string
  readonly key?: string
  readonly json?: string | true
  readonly csv?: string | true
  readonly sets?: boolean
}

/** `shotboard compare FILE`: runs an experiment, here or on a service. */
export const compareCommand = (): Command =>
  new Command('compare')
    .description('Run an experiment, or repeat a comparison exported as JSON, and print the results.')
    .argument('<file>', 'an experiment as JSON: dataset, shots, seeds, methods, …')
    .option(
      '--support <file>',
      'take the images that this file lists as support set, one a line: an id or a path; instead of the shots and seeds of the experiment',
    )
    .option('--url <url>', 'run it on the service at this URL, instead of in the local data folder')
    .option('--key <key>', 'the API key of the service (default: $SHOTBOARD_API_KEY)')
    .option(
      '--json [file]',
      'write the comparison as JSON to a file, or to standard output instead of the table',
    )
    .option(
      '--csv [file]',
      'write the comparison as CSV to a file, or to standard output instead of the table',
    )
    .option(
      '--sets',
      'also print what prediction sets are worth: how often they hold the true class, and their size',
    )
    .action((file: string, options: CompareOptions) => runCommand((onStop) => run(file, options, onStop)))

async function run(
  file: string,
  options: CompareOptions,
  onStop: (stop: () => Promise<void>) => void,
): Promise<void> {
  const experiment = await withSupport(parseExperiment(await readExperimentFile(file), file), options)
  const host = await openHost(options)
  let id: string | undefined
  onStop(() => host.stop(id))
  id = await host.start(experiment, dirname(file))
  await watchComparison(host, id)
  const results = await host.results(id)
  if (!(await writeExports(host, id, options))) printResults(results, options)
  else if (results.error !== null) console.error(results.error)
  await host.close()
  process.exitCode = results.status === 'SUCCEEDED' ? 0 : 1
}

/** The experiment with the listed support images of `--support`. A list is one support set, so the shots and seeds go. */
async function withSupport(experiment: Experiment, { support }: CompareOptions): Promise<Experiment> {
  if (support === undefined) return experiment
  const supportImages = await readSupportImages(support)
  return { ...experiment, shots: [], seeds: [1], drawing: 'LISTED', supportImages }
}

async function readExperimentFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw errors.invalidExperiment({ file, reason: reasonOf(error) })
  }
}

async function openHost({ url, key = process.env[keyVariable] }: CompareOptions): Promise<ComparisonHost> {
  if (url !== undefined) return remoteComparisons({ url, key })
  const settings = readSettings(process.env)
  return localComparisons(
    await openLibrary(settings, { onError: (job, error) => console.error(`${job}:`, error) }),
  )
}

/** Returns true if an export went to standard output. The table is then not printed. */
async function writeExports(host: ComparisonHost, id: string, options: CompareOptions): Promise<boolean> {
  let printed = false
  for (const format of ['json', 'csv'] satisfies ExportFormat[]) {
    const target = options[format]
    if (target === undefined) continue
    const text = await host.exported(id, format)
    if (target === true) {
      process.stdout.write(text)
      printed = true
    } else {
      await writeFile(target, text)
    }
  }
  return printed
}
