import { writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import { errors, reasonOf } from '../errors.js'
import { openLibrary } from '../library/index.js'
import { reportOn } from '../report/report.js'
import { readSettings } from '../settings/settings.js'
import { type OnStop, runCommand } from './run-command.js'

interface ReportOptions {
  readonly out?: string
  readonly url?: string
}

/** `shotboard report COMPARISON`: writes a comparison as one HTML file. */
export const reportCommand = (): Command =>
  new Command('report')
    .description('Write a comparison as one HTML file, which needs no network to read.')
    .argument('<comparison>', "the comparison's id")
    .option('--out <file>', 'the file to write (default: report-COMPARISON.html)')
    .option(
      '--url <server>',
      'get it from a running service, such as http://localhost:4000, instead of the local data folder',
    )
    .action((comparison: string, options: ReportOptions) =>
      runCommand((onStop) => run(comparison, options, onStop)),
    )

async function run(
  comparison: string,
  { out = `report-${comparison}.html`, url }: ReportOptions,
  onStop: OnStop,
): Promise<void> {
  const text = url === undefined ? await make(comparison, onStop) : await fetchFrom(url, comparison)
  await writeFile(out, text)
  console.log(out)
}

async function make(comparison: string, onStop: OnStop): Promise<string> {
  const library = await openLibrary(readSettings(process.env))
  onStop(library.close, 'unfinished')
  const text = await reportOn(library, comparison)
  await library.close()
  return text
}

async function fetchFrom(url: string, comparison: string): Promise<string> {
  const address = `${url.replace(/\/$/, '')}/comparisons/${encodeURIComponent(comparison)}.html`
  const response = await fetch(address).catch((error: unknown) => {
    throw errors.invalidValue({ reason: `Could not reach ${address}: ${reasonOf(error)}.` }, 'url')
  })
  const text = await response.text()
  if (response.ok) return text
  throw errors.invalidValue(
    { reason: `${address} answered with status ${response.status}: ${text}` },
    'comparison',
  )
}
