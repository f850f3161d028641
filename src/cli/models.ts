import { rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import Table from 'cli-table3'
import { Command, InvalidArgumentError, Option } from 'commander'
import { errors } from '../errors.js'
import {
  addedModelsFolder,
  addModel,
  openRuntime,
  type Precision,
  precisions,
  readModelFolders,
} from '../library/index.js'
import { readSettings } from '../settings/settings.js'
import { createProgressBar } from './progress-bar.js'
import { runCommand } from './run-command.js'

/** `shotboard models`: adds, lists and removes encoders. */
export const modelsCommand = (): Command =>
  new Command('models')
    .description('Add, list and remove encoders (CLIP models).')
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand())

interface AddCommandOptions {
  readonly precision: Precision
  readonly revision: string
  readonly id?: string
  readonly logitScale?: number
  readonly logitBias?: number
}

const addCommand = (): Command =>
  new Command('add')
    .description('Add a model from the Hugging Face hub, or from a folder with the same files.')
    .argument('<model>', 'an id on the hub, such as Xenova/clip-vit-base-patch16, or a path')
    .addOption(
      new Option('--precision <precision>', 'the precision of the weights')
        .choices(precisions)
        .default('fp32'),
    )
    .option('--revision <revision>', 'a branch, tag or commit on the hub', 'main')
    .option('--id <id>', "the encoder's id (default: the model's name, with the precision)")
    .option('--logit-scale <number>', "use this logit scale instead of the model's", positive)
    .option(
      '--logit-bias <number>',
      "use this logit bias instead of the model's (sigmoid models such as SigLIP)",
      Number,
    )
    .action((model: string, options: AddCommandOptions) => runCommand(() => add(model, options)))

async function add(model: string, options: AddCommandOptions): Promise<void> {
  const settings = readSettings(process.env)
  const bar = createProgressBar(model, process.stderr)
  const runtime = openRuntime({ threads: settings.threads })
  try {
    const added = await addModel(model, addedModelsFolder(settings.dataDirectory), runtime, {
      ...options,
      endpoint: settings.hubEndpoint,
      token: settings.hubToken,
      onProgress: bar.update,
    })
    bar.stop()
    const { id, dimensions, imageSize, folder } = added
    console.log(`Added ${id}: ${imageSize} × ${imageSize} pixels to ${dimensions} dimensions, in ${folder}.`)
    console.log(`It is available from the next start. Set SHOTBOARD_ENCODER=${id} to make it the default.`)
  } finally {
    bar.stop()
    await runtime.close()
  }
}

const listCommand = (): Command =>
  new Command('list').description('List the encoders.').action(() => runCommand(list))

async function list(): Promise<void> {
  const settings = readSettings(process.env)
  const { models, broken } = await readModelFolders(settings)
  const table = new Table({
    head: ['id', 'precision', 'pixels', 'dimensions', 'spaces', 'folder'],
    style: { head: [], border: [] },
  })
  for (const { folder, manifest } of models) {
    table.push([
      manifest.id + (manifest.id === settings.encoder ? ' *' : ''),
      manifest.precision,
      manifest.imageSize,
      manifest.dimensions,
      manifest.adapter ? 'clip, imo' : 'clip',
      folder,
    ])
  }
  console.log(`${table.toString()}\n* is the default (SHOTBOARD_ENCODER).`)
  for (const { id, error } of broken) console.log(`Left out: ${id}. ${error.message}`)
}

const removeCommand = (): Command =>
  new Command('remove')
    .description('Remove an added model. Datasets and results stay.')
    .argument('<id>', "the encoder's id")
    .action((id: string) => runCommand(() => remove(id)))

async function remove(id: string): Promise<void> {
  const settings = readSettings(process.env)
  const { models, broken } = await readModelFolders(settings)
  const all = [...models.map(({ manifest, folder }) => ({ id: manifest.id, folder })), ...broken]
  const found = all.find((each) => each.id === id)
  if (!found) throw errors.unknownEncoder({ id, known: all.map((each) => each.id) })
  const { folder } = found
  if (dirname(resolve(folder)) !== resolve(addedModelsFolder(settings.dataDirectory))) {
    throw errors.modelNotRemovable({ id, folder })
  }
  await rm(folder, { recursive: true })
  console.log(`Removed ${id}.`)
}

function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new InvalidArgumentError('Give a number above 0.')
  return value
}
