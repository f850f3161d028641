import { access, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { errors, reasonOf, ShotboardError } from '../errors.js'
import type { Runtime } from '../tensor/runtime.js'
import type { AdapterFolder } from './adapters/added-adapters.js'
import { createEncoder, type Encoder, type EncoderOptions } from './encoder.js'
import type { ModelFolder } from './manifest.js'
import { isModelFolder, readModelFolder } from './model-folder.js'

/** The folders with model folders. */
export interface ModelPlaces {
  /** Must exist. */
  readonly modelsDirectory: string
  /** The data folder. Its folder `models` has the added models. */
  readonly dataDirectory: string
}

/** The encoders of all model folders. */
export interface Encoders {
  readonly all: readonly Encoder[]
  readonly default: Encoder
  /** The model folders that are no encoders, because they cannot be used. */
  readonly leftOut: readonly BrokenModel[]
  /** The encoder with an id, or the default without one. Throws UNKNOWN_ENCODER. */
  get(id: string | null | undefined, argument?: string): Encoder
  /** The model folder of an encoder. Throws UNKNOWN_ENCODER. */
  model(id: string): ModelFolder
  /** Checks that the default encoder's files still exist. Throws the error of the file system. */
  check(): Promise<void>
  close(): Promise<void>
}

/** The folder for added models. */
export const addedModelsFolder = (dataDirectory: string): string => join(dataDirectory, 'models')

/** A model folder that cannot be used. */
export interface BrokenModel {
  /** The folder's name. */
  readonly id: string
  readonly folder: string
  readonly error: ShotboardError
}

/**
 * Reads every model folder and opens the default encoder. The others are opened at their first use. Models that cannot be used
 * are left out. Throws INVALID_MODEL or INVALID_ADAPTER with the file at fault if the default encoder cannot be used, or
 * UNKNOWN_ENCODER if there is no encoder `defaultId`.
 */
export async function openEncoders(
  places: ModelPlaces,
  defaultId: string,
  runtime: Runtime,
  options: EncoderOptions & { readonly adapterFolder?: AdapterFolder } = {},
): Promise<Encoders> {
  const { models, broken } = await readModelFolders(places)
  const all: Encoder[] = []
  const leftOut = [...broken]
  for (const model of models) {
    const encoder = createEncoder(model, runtime, options)
    try {
      if (options.adapterFolder) await encoder.setAdapters(await options.adapterFolder.read(encoder.id))
      all.push(encoder)
    } catch (error) {
      if (!(error instanceof ShotboardError)) throw error
      leftOut.push({ id: encoder.id, folder: model.folder, error })
    }
  }
  const defaultFailure = leftOut.find(({ id }) => id === defaultId)
  if (defaultFailure && !all.some(({ id }) => id === defaultId)) throw defaultFailure.error
  const get = (id: string | null | undefined, argument?: string): Encoder => {
    const found = all.find((encoder) => encoder.id === (id ?? defaultId))
    if (!found) {
      throw errors.unknownEncoder({ id: id ?? defaultId, known: all.map((each) => each.id) }, argument)
    }
    return found
  }
  const close = async (): Promise<void> => {
    await Promise.all(all.map((encoder) => encoder.close()))
  }
  try {
    await get(defaultId).load()
  } catch (error) {
    await close()
    throw error
  }
  return {
    all,
    default: get(defaultId),
    leftOut,
    get,
    model(id) {
      const { id: known } = get(id)
      return models.find(({ manifest }) => manifest.id === known) as ModelFolder
    },
    async check() {
      const model = models.find(({ manifest }) => manifest.id === defaultId)
      const files = Object.keys(model?.files ?? {})
      await Promise.all(files.map((file) => access(join(model?.folder ?? '', file))))
    },
    close,
  }
}

/**
 * Reads every model folder. A folder that cannot be used, or that has the id of another, is among the `broken`. Throws
 * INVALID_MODEL if there is no `modelsDirectory`.
 */
export async function readModelFolders({ modelsDirectory, dataDirectory }: ModelPlaces): Promise<{
  readonly models: readonly ModelFolder[]
  readonly broken: readonly BrokenModel[]
}> {
  const models: ModelFolder[] = []
  const broken: BrokenModel[] = []
  const addedModels = addedModelsFolder(dataDirectory)
  const given: string[] = []
  // The folder may have other things beside models; that of added models has nothing else.
  for (const folder of await foldersIn(modelsDirectory)) if (await isModelFolder(folder)) given.push(folder)
  for (const folder of [...given, ...(await foldersIn(addedModels).catch(() => []))]) {
    try {
      const model = await readModelFolder(folder, addedModels)
      const { id } = model.manifest
      const other = models.find(({ manifest }) => manifest.id === id)
      if (other)
        throw errors.invalidModel({ file: folder, reason: `its id ${id} is that of ${other.folder}` })
      models.push(model)
    } catch (error) {
      if (!(error instanceof ShotboardError)) throw error
      broken.push({ id: basename(folder), folder, error })
    }
  }
  return { models, broken }
}

/** The folders in a folder, and the links, which may be to folders. Skips names with a dot: partial downloads have them. */
async function foldersIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    throw errors.invalidModel({ file: directory, reason: reasonOf(error) })
  })
  return entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
    .map(({ name }) => join(directory, name))
}
