import { cp, mkdir, readdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { errors, reasonOf, ShotboardError, systemCodeOf } from '../../errors.js'
import { download } from '../../hub/download.js'
import type { HubOptions } from '../../hub/repository.js'
import type { Runtime } from '../../tensor/runtime.js'
import { type Encoder, openEncoder } from '../encoder.js'
import { type Added, addedFile } from '../layouts/added.js'
import { encoderId, exists } from '../layouts/files.js'
import { trainedLogits } from '../layouts/logits.js'
import type { Precision } from '../manifest.js'
import { filesNeeded, type ModelFile } from './plan.js'
import { openModelRepository } from './repository.js'

export interface AddOptions extends HubOptions {
  readonly precision?: Precision
  readonly revision?: string
  /** The encoder's id; by default made from the model's name and the precision. */
  readonly id?: string
  readonly logitScale?: number
  readonly logitBias?: number
  /** Called with the numbers of bytes fetched so far and in total. */
  readonly onProgress?: (done: number, total: number) => void
  /** The free bytes on a folder's disk; asks the file system by default. */
  readonly freeBytes?: (folder: string) => Promise<number>
}

/** An encoder that was added. */
export type AddedModel = Pick<
  Encoder,
  'id' | 'name' | 'dimensions' | 'imageSize' | 'precision' | 'spaces'
> & {
  readonly folder: string
}

/**
 * Adds a model to `directory`: from the Hugging Face hub by its id, such as `Xenova/clip-vit-base-patch16`, or from a local
 * folder of the same layout. The model is run once before it is added, so an incomplete or broken model leaves nothing
 * behind. An interrupted download is kept and resumed by the next attempt.
 *
 * Throws MODEL_EXISTS, MODEL_NOT_FOUND, MODEL_ACCESS_DENIED, MODEL_INCOMPLETE, MODEL_DOWNLOAD_FAILED, MODEL_CHECKSUM,
 * MODEL_DISK_FULL, or INVALID_MODEL for files that Shotboard cannot use.
 */
export async function addModel(
  model: string,
  directory: string,
  runtime: Runtime,
  options: AddOptions = {},
): Promise<AddedModel> {
  const { precision = 'fp32' } = options
  const name = basename(resolve(model))
  const id = options.id ?? `${name}${precision === 'fp32' ? '' : `-${precision}`}`
  if (!encoderId.safeParse(id).success) {
    throw errors.invalidModel({ file: id, reason: 'this is not a valid id of an encoder; set one with --id' })
  }
  const folder = join(directory, id)
  if (await exists(folder)) throw errors.modelExists({ id, folder })
  const local = (await exists(model)) && (await stat(model)).isDirectory()
  const { temporary, source, logits } = local
    ? await fetchLocal(resolve(model), directory, id, precision, options)
    : await fetchFromHub(model, directory, id, precision, options)
  const added: Added = {
    id,
    name: precision === 'fp32' ? name : `${name} (${precision})`,
    precision,
    ...logits,
    ...(options.logitScale !== undefined && { logitScale: options.logitScale }),
    ...(options.logitBias !== undefined && { logitBias: options.logitBias }),
    source,
  }
  try {
    await writeFile(join(temporary, addedFile), `${JSON.stringify(added, null, 2)}\n`)
    const encoder = await openEncoder(temporary, runtime, { copies: directory })
    try {
      await encoder.load()
    } finally {
      await encoder.close()
    }
    await rename(temporary, folder)
    const { dimensions, imageSize, spaces } = encoder
    return { id, name: added.name, dimensions, imageSize, precision, spaces, folder }
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw withoutTemporary(error, temporary, local ? resolve(model) : model)
  }
}

/** An error with the path or the id that was given, in the place of the folder that is gone. */
function withoutTemporary(error: unknown, temporary: string, given: string): unknown {
  if (!(error instanceof ShotboardError)) return error
  const shown = error.message.replaceAll(temporary, given).replaceAll(basename(temporary), basename(given))
  return new ShotboardError(error.code, shown, error.argument)
}

/** Folders of unfinished additions start with this. No encoder's id does. */
export const partialPrefix = '.adding-'

interface Fetched {
  readonly temporary: string
  readonly source: NonNullable<Added['source']>
  readonly logits: { logitScale?: number; logitBias?: number }
}

async function fetchFromHub(
  model: string,
  directory: string,
  id: string,
  precision: Precision,
  options: AddOptions,
): Promise<Fetched> {
  const { revision = 'main', onProgress = () => {} } = options
  const repository = await openModelRepository(model, revision, options)
  const files = filesNeeded(model, repository.files, precision)
  // A download of another commit cannot be resumed.
  const temporary = join(directory, `${partialPrefix}${id}-${repository.commit.slice(0, 12)}`)
  await removeOtherAttempts(directory, id, temporary)
  await mkdir(temporary, { recursive: true })
  await ensureSpace(files, temporary, options)

  const total = files.reduce((sum, { size }) => sum + size, 0)
  let done = 0
  const onBytes = (count: number): void => {
    done += count
    onProgress(done, total)
  }
  for (const file of files) {
    const target = join(temporary, file.path)
    if (await exists(target)) {
      onBytes(file.size)
      continue
    }
    await download(file, target, onBytes, (path) => errors.modelChecksum({ file: path })).catch(
      (error: unknown) => {
        if (error instanceof ShotboardError) throw error
        if (systemCodeOf(error) === 'ENOSPC')
          throw errors.modelDiskFull({ folder: directory, needed: file.size, free: 0 })
        throw errors.modelDownloadFailed({ model, reason: reasonOf(error) })
      },
    )
  }
  const source = { repository: model, revision, commit: repository.commit }
  return { temporary, source, logits: await repository.trainedLogits() }
}

async function fetchLocal(
  path: string,
  directory: string,
  id: string,
  precision: Precision,
  options: AddOptions,
): Promise<Fetched> {
  const offered: ModelFile[] = []
  for (const name of await readdir(path, { recursive: true })) {
    // Follows links: a snapshot in the hub's cache has nothing else. A link to nowhere is no file.
    const found = await stat(join(path, name)).catch(() => undefined)
    if (found?.isFile()) offered.push({ path: name.replaceAll('\\', '/'), size: found.size })
  }
  const files = filesNeeded(path, offered, precision)
  const temporary = join(directory, `${partialPrefix}${id}`)
  await removeOtherAttempts(directory, id)
  await mkdir(temporary, { recursive: true })
  await ensureSpace(files, temporary, options)
  const total = files.reduce((sum, { size }) => sum + size, 0)
  let done = 0
  for (const file of files) {
    await mkdir(dirname(join(temporary, file.path)), { recursive: true })
    await cp(join(path, file.path), join(temporary, file.path), { dereference: true })
    done += file.size
    options.onProgress?.(done, total)
  }
  const logits = await trainedLogits(join(path, 'model.safetensors'))
  return { temporary, source: { path }, logits }
}

/** Removes the folders of other attempts to add the encoder. */
async function removeOtherAttempts(directory: string, id: string, except?: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  for (const name of await readdir(directory)) {
    const folder = join(directory, name)
    const isOfThisId =
      name === `${partialPrefix}${id}` || /^-[0-9a-f]{12}$/.test(name.slice(partialPrefix.length + id.length))
    if (name.startsWith(`${partialPrefix}${id}`) && isOfThisId && folder !== except) {
      await rm(folder, { recursive: true, force: true })
    }
  }
}

async function ensureSpace(
  files: readonly ModelFile[],
  folder: string,
  { freeBytes = freeOnDisk }: AddOptions,
): Promise<void> {
  const sizes = await Promise.all(
    files.map(async ({ path, size }) => {
      const fetched = await Promise.all([join(folder, path), `${join(folder, path)}.part`].map(sizeOf))
      return Math.max(0, size - Math.max(...fetched))
    }),
  )
  const needed = sizes.reduce((sum, size) => sum + size, 0)
  const free = await freeBytes(folder)
  if (needed > free) throw errors.modelDiskFull({ folder: dirname(folder), needed, free })
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  )

async function freeOnDisk(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
