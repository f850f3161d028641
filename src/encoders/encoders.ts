import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { errors, reasonOf } from '../errors.js'
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

/**
 * Reads every model folder and opens the default encoder. The others are opened at their first use. Throws INVALID_MODEL or
 * INVALID_ADAPTER with the file that is missing or malformed, or UNKNOWN_ENCODER if there is no encoder `defaultId`.
 */
export async function openEncoders(
  places: ModelPlaces,
  defaultId: string,
  runtime: Runtime,
  options: EncoderOptions & { readonly adapterFolder?: AdapterFolder } = {},
): Promise<Encoders> {
  const models = await readModelFolders(places)
  const all = models.map((model) => createEncoder(model, runtime, options))
  const { adapterFolder } = options
  if (adapterFolder) {
    await Promise.all(all.map(async (encoder) => encoder.setAdapters(await adapterFolder.read(encoder.id))))
  }
  const get = (id: string | null | undefined, argument?: string): Encoder => {
    const found = all.find((encoder) => encoder.id === (id ?? defaultId))
    if (!found) {
      throw errors.unknownEncoder({ id: id ?? defaultId, known: all.map((each) => each.id) }, argument)
    }
    return found
  }
  await get(defaultId).load()
  return {
    all,
    default: get(defaultId),
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
    async close() {
      await Promise.all(all.map((encoder) => encoder.close()))
    },
  }
}

/** Reads every model folder. Throws INVALID_MODEL for a folder that is broken, or that has the id of another. */
export async function readModelFolders({
  modelsDirectory,
  dataDirectory,
}: ModelPlaces): Promise<ModelFolder[]> {
  const models: ModelFolder[] = []
  for (const folder of [
    ...(await foldersIn(modelsDirectory)),
    ...(await foldersIn(addedModelsFolder(dataDirectory)).catch(() => [])),
  ]) {
    if (!(await isModelFolder(folder))) continue
    const model = await readModelFolder(folder)
    const { id } = model.manifest
    const other = models.find(({ manifest }) => manifest.id === id)
    if (other) throw errors.invalidModel({ file: folder, reason: `its id ${id} is that of ${other.folder}` })
    models.push(model)
  }
  return models
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
