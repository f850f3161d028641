import { resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { errors } from '../errors.js'
import { bucketFilesOf, type ImageFilesOf, imageFilesOf, isBucket } from '../library/index.js'
import { keyVariable, readSettings } from '../settings/settings.js'
import { type AnswersOutput, openAnswersOutput } from './answers-output.js'
import { type ClassifierHost, localClassifier, remoteClassifier } from './classifier-host.js'
import { formats } from './classify-formats.js'
import { createProgressBar } from './progress-bar.js'
import { type OnStop, runCommand } from './run-command.js'
import { shown, shownLines } from './shown.js'
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
      'Classify images with a classifier: files, folders, archives and buckets, wherever images lie in them.',
    )
    .argument('<classifier>', 'its name or id')
    .argument(
      '<paths...>',
      'images, folders, .zip files and .tar files (plain, .gz, .bz2, .xz); or a bucket, s3://BUCKET/PREFIX?endpoint=URL, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    )
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
  onStop: OnStop,
): Promise<void> {
  requireTwoOutputs(options)
  if (options.link && options.sortInto === undefined) {
    throw errors.invalidValue({ reason: '--link needs --sort-into.' }, 'link')
  }
  const settings = readSettings(process.env)
  // What is wrong with the paths is told before a model is opened.
  const files = await filesOf(paths, settings, options.sortInto)
  try {
    const host = await openHost(name, options)
    const stopping = new AbortController()
    const classifying = classifyAll(host, files, options, stopping.signal)
    onStop(async () => {
      stopping.abort()
      await host.close()
      // What has been answered is written to its end.
      await classifying.catch(() => undefined)
    }, 'unfinished')
    try {
      await classifying
    } finally {
      await host.close()
    }
  } finally {
    await files.close()
  }
}

/** A bucket is read with the credentials of the environment, and alone: its images are listed while they are read. */
async function filesOf(
  paths: readonly string[],
  settings: ReturnType<typeof readSettings>,
  except: string | undefined,
): Promise<ImageFilesOf> {
  const [url = ''] = paths
  if (!paths.some(isBucket)) return imageFilesOf(paths, settings, except)
  if (paths.length > 1) {
    throw errors.invalidValue({ reason: 'Give a bucket without other paths.' }, 'paths')
  }
  const { objectsKeyId: accessKeyId, objectsSecret: secretAccessKey } = settings
  const credentials = {
    ...(accessKeyId !== undefined && { accessKeyId }),
    ...(secretAccessKey !== undefined && { secretAccessKey }),
  }
  return bucketFilesOf(url, credentials, settings)
}

/** Throws INVALID_VALUE if two outputs would write over each other. */
function requireTwoOutputs({ csv, jsonl }: ClassifyOptions): void {
  const isSame =
    csv === true
      ? jsonl === true
      : typeof jsonl === 'string' && csv !== undefined && resolve(csv) === resolve(jsonl)
  if (!isSame) return
  const where = csv === true ? 'standard output' : csv
  throw errors.invalidValue({ reason: `--csv and --jsonl cannot both be written to ${where}.` }, 'jsonl')
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
  files: ImageFilesOf,
  { csv, jsonl, sortInto, link = false, top }: ClassifyOptions,
  stopping: AbortSignal,
): Promise<void> {
  const sorter =
    sortInto === undefined ? undefined : await createSorter(sortInto, { link, classes: host.classes })
  const outputs: AnswersOutput[] = []
  if (csv !== undefined) outputs.push(await openAnswersOutput(formats.csv(top), csv))
  if (jsonl !== undefined) outputs.push(await openAnswersOutput(formats.jsonl(), jsonl))
  if (outputs.length === 0 && sorter === undefined)
    outputs.push(await openAnswersOutput(formats.table(top), true))
  // A bar and a table on the same screen would write over each other.
  const isQuiet = process.stdout.isTTY && outputs.some(({ isStandard }) => isStandard)
  const bar = isQuiet ? undefined : createProgressBar('Classifying', process.stderr)
  const counts = new Map<string, number>()
  let [done, broken, none] = [0, 0, 0]
  const started = performance.now()
  try {
    for await (const chunk of files.chunks) {
      if (stopping.aborted) throw errors.cancelled({})
      const answers = await host.classify(chunk)
      for (const output of outputs) await output.write(answers)
      for (const [i, answer] of answers.entries()) {
        done += 1
        const { error, top: best } = answer
        if (error) {
          broken += 1
          console.error(`${shown(answer.file)}: ${error.code}: ${shownLines(error.message)}`)
          continue
        }
        const label = best[0]?.class ?? ''
        counts.set(label, (counts.get(label) ?? 0) + 1)
        if (answer.isNoneOfThese) none += 1
        await sorter?.add(answer, chunk[i]?.bytes ?? Buffer.alloc(0), chunk[i]?.path ?? null)
      }
      bar?.update(done, Math.max(done, files.total))
    }
  } catch (error) {
    bar?.stop()
    console.error(`Stopped after ${done} of ${Math.max(done, files.total)} images.`)
    throw error
  } finally {
    bar?.stop()
    for (const output of outputs) await output.close()
  }
  tell({ others: files.others, counts, done, broken, none, seconds: (performance.now() - started) / 1000 })
  process.exitCode = broken > 0 ? 1 : 0
}

function tell(result: {
  readonly others: number
  readonly counts: ReadonlyMap<string, number>
  readonly done: number
  readonly broken: number
  readonly none: number
  readonly seconds: number
}): void {
  const { others, counts, done, broken, none, seconds } = result
  const classes = [...counts].sort((a, b) => b[1] - a[1]).map(([name, images]) => `${shown(name)} ${images}`)
  const rate = seconds > 0 ? ` (${(done / seconds).toFixed(1)} a second)` : ''
  console.error(`${done} image${done === 1 ? '' : 's'}${rate}: ${classes.join(', ')}`)
  if (others > 0) {
    const files = others === 1 ? '1 other file was' : `${others} other files were`
    console.error(`${files} left out: by their names they are no images. Name an archive to open it.`)
  }
  if (none > 0) console.error(`${none} of them fit no class well: none of these.`)
  if (broken > 0) console.error(`${broken} could not be read; they are listed above.`)
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Give a whole number of at least 1.')
  return Number(text)
}
