import { copyFile, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import Table from 'cli-table3'
import { Command, Option } from 'commander'
import { errors } from '../errors.js'
import {
  type Library,
  objectiveNames,
  type TrainingRow,
  type TrainingSettingsInput,
  trainingDefaults,
} from '../library/index.js'
import { compareAdapters } from './compare-adapters.js'
import { datasetNamed } from './dataset-named.js'
import { createProgressBar } from './progress-bar.js'
import { withLibrary } from './with-library.js'

/** `shotboard adapters`: train and manage added adapters. */
export const adaptersCommand = (): Command =>
  new Command('adapters')
    .description('Train, list, compare, use and share adapters, which reduce the overlap between classes.')
    .addCommand(trainCommand())
    .addCommand(listCommand())
    .addCommand(compareCommand())
    .addCommand(useCommand())
    .addCommand(exportCommand())
    .addCommand(importCommand())
    .addCommand(removeCommand())

const encoderOption = () => new Option('--encoder <id>', 'the encoder (default: SHOTBOARD_ENCODER)')

interface TrainCommandOptions extends TrainingSettingsInput {
  readonly dataset?: string
  readonly encoder?: string
  readonly name?: string
  readonly resume?: string
}

function trainCommand(): Command {
  const { supervised, 'self-supervised': distilled } = trainingDefaults
  const usual = (key: keyof typeof supervised): string =>
    supervised[key] === distilled[key]
      ? `(default: ${supervised[key]})`
      : `(default: ${supervised[key]}, self-supervised ${distilled[key]})`
  return new Command('train')
    .description(
      'Train an adapter on generic images. An interrupted training continues at the next start of Shotboard, or with --resume.',
    )
    .option('--dataset <dataset>', 'the id or name of a dataset; all its splits are used')
    .option('--resume <id>', 'continue a training that was interrupted, failed or was cancelled')
    .addOption(encoderOption())
    .option('--name <name>', "the adapter's name (default: the objective and a number)")
    .addOption(
      new Option('--objective <objective>', 'what to learn from')
        .choices(objectiveNames)
        .default('supervised'),
    )
    .option('--bottleneck <width>', `the inner width of every block's adapter ${usual('bottleneck')}`, Number)
    .option('--scale <number>', `the factor of the adapters' output ${usual('scale')}`, Number)
    .option('--epochs <number>', `passes over all images ${usual('epochs')}`, Number)
    .option('--batch <images>', `images per step ${usual('batch')}`, Number)
    .option('--rate <number>', `the learning rate ${usual('rate')}`, Number)
    .option('--weight-decay <number>', usual('weightDecay').slice(1, -1), Number)
    .option('--seed <number>', usual('seed').slice(1, -1), Number)
    .option(
      '--dropout <share>',
      `supervised: the share of the bottleneck to drop ${usual('dropout')}`,
      Number,
    )
    .option(
      '--warm-up-epochs <number>',
      `self-supervised: epochs until the peak rate ${usual('warmUpEpochs')}`,
      Number,
    )
    .option(
      '--teacher-momentum <share>',
      `self-supervised: the share of the teacher kept per step ${usual('teacherMomentum')}`,
      Number,
    )
    .option('--local-crops <number>', `self-supervised: small crops per image ${usual('localCrops')}`, Number)
    .option(
      '--local-size <share>',
      `self-supervised: side of a small crop, as a share of the image size ${usual('localSize')}`,
      Number,
    )
    .option(
      '--prototypes <number>',
      `self-supervised: outputs of the projection head ${usual('prototypes')}`,
      Number,
    )
    .option('--no-normalise', 'do not normalise the pixels, like the published training code')
    .action((options: TrainCommandOptions) => withLibrary((library) => train(library, options)))
}

async function train(library: Library, options: TrainCommandOptions): Promise<void> {
  const { dataset, resume, ...settings } = options
  if ((dataset === undefined) === (resume === undefined)) {
    throw errors.invalidValue({ reason: 'Give either --dataset or --resume.' }, 'dataset')
  }
  const started =
    resume === undefined
      ? await library.trainings.train({ ...settings, dataset: (await datasetNamed(library, dataset)).id })
      : await library.trainings.continueTraining(resume)
  console.error(`Training ${started.id}: ${started.steps} steps.`)
  const bar = createProgressBar(`Training ${started.name}`, process.stderr)
  try {
    for await (const state of await library.trainings.watch(started.id)) {
      bar.update(state.step, state.steps, describe(state))
    }
  } finally {
    bar.stop()
  }
  const last = await library.trainings.ended(started.id)
  if (last.status !== 'SUCCEEDED') {
    console.error(`${last.errorCode ?? last.status}: ${last.error ?? 'the training has not ended'}`)
    process.exitCode = 1
    return
  }
  const { sha256, file } = await library.adapters.find(last.encoder, last.name)
  console.log(`imo:${last.name}`)
  console.error(`${file}\nSHA-256 ${sha256}. The final loss is ${last.losses.at(-1)?.[1].toPrecision(4)}.`)
}

/** Such as `loss 2.345, 61 images/s`. */
function describe(state: TrainingRow): string {
  const loss = state.losses.at(-1)?.[1]
  return [
    ...(loss === undefined ? [] : [`loss ${loss.toPrecision(4)}`]),
    ...(state.imagesPerSecond === null ? [] : [`${state.imagesPerSecond.toFixed(1)} images/s`]),
    ...(state.error === null ? [] : [state.error]),
  ].join(', ')
}

const listCommand = (): Command =>
  new Command('list')
    .description('List the added adapters.')
    .addOption(encoderOption())
    .action(({ encoder }: { encoder?: string }) => withLibrary((library) => list(library, encoder)))

async function list(library: Library, encoder: string | undefined): Promise<void> {
  const table = new Table({
    head: ['encoder', 'space', 'bottleneck', 'scale', 'blocks', 'SHA-256', 'from'],
    style: { head: [], border: [] },
  })
  for (const each of await library.adapters.list(encoder)) {
    const from = each.training === null ? each.provenance.slice(0, 40) : `training ${each.training}`
    table.push([
      each.encoder,
      `imo:${each.name}${each.isUsed ? ' *' : ''}`,
      ...[each.bottleneck, each.scale, each.blocks, each.sha256.slice(0, 12), from],
    ])
  }
  console.log(
    `${table.toString()}\n* is used as the imo space of its encoder. Other encoders use the adapter of the model, if it has one.`,
  )
}

function compareCommand(): Command {
  return new Command('compare')
    .description('Compare adapters on a dataset: overlap, and the accuracy of every method with a cache.')
    .argument('[names...]', 'the adapters (default: all adapters of the encoder)')
    .requiredOption('--dataset <dataset>', 'the id or name of a dataset')
    .addOption(encoderOption())
    .option('--shots <numbers>', 'separated by commas', numbers, [1, 4, 16])
    .option('--seeds <numbers>', 'separated by commas', numbers, [1, 2, 3])
    .action(
      (names: string[], options: { dataset: string; encoder?: string; shots: number[]; seeds: number[] }) =>
        withLibrary((library) => compareAdapters(library, names, options)),
    )
}

const useCommand = (): Command =>
  new Command('use')
    .description(
      "Use an added adapter as the encoder's imo space. Without a name, go back to the adapter of the model.",
    )
    .argument('[name]', 'the adapter')
    .addOption(encoderOption())
    .action((name: string | undefined, { encoder }: { encoder?: string }) =>
      withLibrary(async (library) => {
        const { id } = await library.adapters.use(encoder, name ?? null)
        console.log(
          name === undefined
            ? `The imo space of ${id} uses the adapter of the model.`
            : `The imo space of ${id} uses ${name}.`,
        )
      }),
    )

const exportCommand = (): Command =>
  new Command('export')
    .description('Copy an adapter to a file.')
    .argument('<name>', 'the adapter')
    .argument('[file]', 'the file to write (default: NAME.safetensors)')
    .addOption(encoderOption())
    .action((name: string, to: string | undefined, { encoder }: { encoder?: string }) =>
      withLibrary(async (library) => {
        const { file } = await library.adapters.find(encoder, name)
        const target = to ?? `${name}.safetensors`
        await copyFile(file, target)
        console.log(target)
      }),
    )

const importCommand = (): Command =>
  new Command('import')
    .description('Add an adapter from a safetensors file.')
    .argument('<file>', 'a file from `adapters export` or tools/convert-adapter')
    .option('--name <name>', "the adapter's name (default: the file's name)")
    .addOption(encoderOption())
    .action((file: string, { name, encoder }: { name?: string; encoder?: string }) =>
      withLibrary(async (library) => {
        const content = await readFile(file).catch((error: Error) => {
          throw errors.invalidAdapterFile({ file, reason: error.message })
        })
        const added = await library.adapters.add({
          name:
            name ??
            basename(file)
              .replace(/\.safetensors$/, '')
              .toLowerCase(),
          content,
          ...(encoder !== undefined && { encoder }),
        })
        console.log(`imo:${added.name}`)
      }),
    )

const removeCommand = (): Command =>
  new Command('remove')
    .description('Delete an added adapter. Results stay.')
    .argument('<name>', 'the adapter')
    .addOption(encoderOption())
    .action((name: string, { encoder }: { encoder?: string }) =>
      withLibrary(async (library) => {
        await library.adapters.remove(encoder, name)
        console.log(`Removed ${name}.`)
      }),
    )

const numbers = (text: string): number[] => text.split(',').map(Number)
