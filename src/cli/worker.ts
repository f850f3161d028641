import { Command, InvalidArgumentError, Option } from 'commander'
import { allKinds, type SharedWork } from '../library/index.js'
import { readSettings } from '../settings/settings.js'
import { runCommand } from './run-command.js'

/** `shotboard worker`: does the work that services and workers share. */
export const workerCommand = (): Command =>
  new Command('worker')
    .description(
      'Do the work that several machines share (SHOTBOARD_QUEUE). Serves /healthz, /readyz and /metrics on PORT.',
    )
    .addOption(
      new Option('--kinds <kinds>', `the kinds of jobs to do, separated by commas: ${allKinds.join(', ')}`)
        .argParser(parseKinds)
        .default(allKinds, 'all'),
    )
    .addOption(
      new Option('--concurrency <jobs>', 'the number of encodings, and of runs, at the same time')
        .argParser(parseConcurrency)
        .default(1),
    )
    .action((work: SharedWork) => runCommand((onStop) => start(work, onStop)))

async function start(work: SharedWork, onStop: (stop: () => Promise<void>) => void): Promise<void> {
  const settings = readSettings(process.env)
  // No other command needs it, and it takes long to load.
  const { startWorker } = await import('../worker.js')
  const worker = await startWorker(settings, work)
  onStop(worker.close)
  console.log(`Shotboard works on ${work.kinds.join(', ')}. Its health is at ${worker.url}/readyz.`)
}

function parseKinds(text: string): SharedWork['kinds'] {
  return text.split(',').map((name) => {
    const kind = allKinds.find((each) => each === name.trim())
    if (!kind) throw new InvalidArgumentError(`Give some of ${allKinds.join(', ')}.`)
    return kind
  })
}

function parseConcurrency(text: string): number {
  const jobs = Number(text)
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > 64)
    throw new InvalidArgumentError('Give a whole number from 1 to 64.')
  return jobs
}
