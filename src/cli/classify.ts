import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { errors, reasonOf } from '../errors.js'
import { type ImageFilesOf, imageFilesOf } from '../library/index.js'
import { keyVariable, readSettings } from '../settings/settings.js'
import {
  type ClassifiedFile,
  type ClassifierHost,
  localClassifier,
  remoteClassifier,
} from './classifier-host.js'
import { type Format, formats } from './classify-formats.js'
import { createProgressBar } from './progress-bar.js'
import { runCommand } from './run-command.js'
import { createSorter } from './sort-into.js'

interface ClassifyOptions {
  readonly version?: number
  readonly top: number
  readonly csv?: string | true
  readonly jsonl?: string | true
  readonly sortInto?: string
  readonly link?: boolean
  readonly url?: string
  readonly key?: string
}

/** `shotboard classify NAME PATH…`: classifies files, folders and archives. */
export const classifyCommand = (): Command =>
  new Command('classify')
    .description(
      'Classify images with a classifier: files, folders and archives, wherever images lie in them.',
    )
    .argument('<classifier>', 'its name or id')
    .argument('<paths...>', 'images, folders, .zip files and .tar files (plain, .gz, .bz2, .xz)')
    .option('--use-version <number>', 'the version to answer with (default: the one in use)', wholeNumber)
    .option('--top <number>', 'how many classes to tell of an image', wholeNumber, 1)
    .option('--csv [file]', 'write CSV to a file, or to standard output instead of the table')
    .option('--jsonl [file]', 'write a line of JSON for each image to a file, or to standard output')
    .option('--sort-into <folder>', 'copy each image into a folder named after its class')
    .option('--link', 'with --sort-into: link images instead of copying them')
    .option('--url <url>', 'classify on the service at this URL, instead of in the local data folder')
    .option('--key <key>', 'the API key of the service (default: $SHOTBOARD_API_KEY)')
    .addHelpText(
      'after',
      '\nThe exit code is 1 if an image could not be read. These are listed on standard error.',
    )
    .action(
      (
        name: string,
        paths: string[],
        { useVersion, ...options }: ClassifyOptions & { useVersion?: number },
      ) =>
        runCommand((onStop) =>
          run(name, paths, { ...options, ...(useVersion !== undefined && { version: useVersion }) }, onStop),
        ),
    )

async function run(
  name: string,
  paths: readonly string[],
  options: ClassifyOptions,
  onStop: (stop: () => Promise<void>) => void,
): Promise<void> {
  if (options.link && options.sortInto === undefined) {
    throw errors.invalidValue({ reason: '--link needs --sort-into.' }, 'link')
  }
  const settings = readSettings(process.env)
  // What is wrong with the paths is told before a model is opened.
  const files = await imageFilesOf(paths, settings)
  try {
    const host = await openHost(name, options)
    onStop(host.close)
    try {
      await classifyAll(host, files, options)
    } finally {
      await host.close()
    }
  } finally {
    await files.close()
  }
}

const openHost = (name: string, { url, key, top, version }: ClassifyOptions): Promise<ClassifierHost> => {
  const of = { classifier: name, topK: top, ...(version !== undefined && { version }) }
  if (url === undefined) return localClassifier(of)
  const secret = key ?? process.env[keyVariable]
  return remoteClassifier(of, { url, ...(secret !== undefined && { key: secret }) })
}

/** Writes each answer as it comes. Nothing grows with the number of images but the counts by class. */
async function classifyAll(
  host: ClassifierHost,
  { chunks, total }: ImageFilesOf,
  { csv, jsonl, sortInto, link = false, top }: ClassifyOptions,
): Promise<void> {
  const sorter =
    sortInto === undefined ? undefined : await createSorter(sortInto, { link, classes: host.classes })
  const outputs: Output[] = []
  if (csv !== undefined) outputs.push(openOutput(formats.csv(top), csv))
  if (jsonl !== undefined) outputs.push(openOutput(formats.jsonl(), jsonl))
  if (outputs.length === 0 && sorter === undefined) outputs.push(openOutput(formats.table(top), true))
  // A bar and a table on the same screen would write over each other.
  const isQuiet = process.stdout.isTTY && outputs.some(({ isStandard }) => isStandard)
  const bar = isQuiet ? undefined : createProgressBar('Classifying', process.stderr)
  const counts = new Map<string, number>()
  let [done, broken, none] = [0, 0, 0]
  const started = performance.now()
  try {
    for await (const chunk of chunks) {
      const answers = await host.classify(chunk)
      for (const output of outputs) await output.write(answers)
      for (const [i, answer] of answers.entries()) {
        done += 1
        const { error, top: best } = answer
        if (error) {
          broken += 1
          console.error(`${answer.file}: ${error.code}: ${error.message}`)
          continue
        }
        const label = best[0]?.class ?? ''
        counts.set(label, (counts.get(label) ?? 0) + 1)
        if (answer.isNoneOfThese) none += 1
        await sorter?.add(answer, chunk[i]?.bytes ?? Buffer.alloc(0), chunk[i]?.path ?? null)
      }
      bar?.update(done, total)
    }
  } finally {
    bar?.stop()
    for (const output of outputs) await output.close()
  }
  tell({ counts, done, broken, none, seconds: (performance.now() - started) / 1000 })
  process.exitCode = broken > 0 ? 1 : 0
}

function tell(result: {
  readonly counts: ReadonlyMap<string, number>
  readonly done: number
  readonly broken: number
  readonly none: number
  readonly seconds: number
}): void {
  const { counts, done, broken, none, seconds } = result
  const classes = [...counts].sort((a, b) => b[1] - a[1]).map(([name, images]) => `${name} ${images}`)
  const rate = seconds > 0 ? ` (${(done / seconds).toFixed(1)} a second)` : ''
  console.error(`${done} image${done === 1 ? '' : 's'}${rate}: ${classes.join(', ')}`)
  if (none > 0) console.error(`${none} of them fit no class well: none of these.`)
  if (broken > 0) console.error(`${broken} could not be read; they are listed above.`)
}

interface Output {
  readonly isStandard: boolean
  write(answers: readonly ClassifiedFile[]): Promise<void>
  close(): Promise<void>
}

/** Waits for a slow reader, so that what is not written yet stays small. */
function openOutput({ head, line }: Format, file: string | true): Output {
  const stream: WriteStream | NodeJS.WriteStream = file === true ? process.stdout : createWriteStream(file)
  let failure: Error | undefined
  stream.on('error', (error) => {
    failure = error
  })
  let isFirst = true
  const check = () => {
    if (failure === undefined) return
    // A reader such as `head` has seen enough.
    if ('code' in failure && failure.code === 'EPIPE') process.exit(0)
    throw errors.invalidValue({ reason: `Could not write ${String(file)}: ${reasonOf(failure)}.` }, 'file')
  }
  return {
    isStandard: file === true,
    async write(answers) {
      check()
      const text = (isFirst ? head : '') + answers.map(line).join('')
      isFirst = false
      if (!stream.write(text)) {
        await Promise.race([once(stream, 'drain'), once(stream, 'close')]).catch(() => undefined)
      }
      check()
    },
    async close() {
      if (file !== true) {
        stream.end()
        if (failure === undefined) await once(stream, 'close').catch(() => undefined)
      }
      check()
    },
  }
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Give a whole number of at least 1.')
  return Number(text)
}
