import { cp, mkdir, readdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { errors, reasonOf, ShotboardError, systemCodeOf } from '../../errors.js'
import type { Runtime } from '../../tensor/runtime.js'
import { type Encoder, openEncoder } from '../encoder.js'
import { encoderId, exists } from '../layouts/files.js'
import { type Added, addedFile, trainedLogits } from '../layouts/hub.js'
import type { Precision } from '../manifest.js'
import { download } from './download.js'
import { filesNeeded, type ModelFile } from './plan.js'
import { type HubOptions, openRepository } from './repository.js'

export interface AddOptions extends HubOptions {
  readonly precision?: Precision
  readonly revision?: string
  /** The encoder's id; made from the model's name and precision unless given. */
  readonly id?: string
  readonly logitScale?: number
  readonly logitBias?: number
  readonly onProgress?: (done: number, total: number) => void
  /** Bytes free where a folder is; asked of the file system unless given. */
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
 * Adds a model to `directory`: from the Hugging Face hub by its id, `Xenova/clip-vit-base-patch16`, or from a local folder
 * of the same layout. It is tried before it is there: what is incomplete or does not run leaves no model behind; what an
 * interrupted download brought is kept for the next attempt.
 *
 * Throws MODEL_EXISTS, MODEL_NOT_FOUND, MODEL_ACCESS_DENIED, MODEL_INCOMPLETE, MODEL_DOWNLOAD_FAILED, MODEL_CHECKSUM,
 * MODEL_DISK_FULL, or INVALID_MODEL where its files are none that Shotboard understands.
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
    throw errors.invalidModel({ file: id, reason: 'this is no name for an encoder; give one with --id' })
  }
  const folder = join(directory, id)
  if (await exists(folder)) throw errors.modelExists({ id, folder })
  const local = (await exists(model)) && (await stat(model)).isDirectory()
  const { temporary, source, logits } = local
    ? await fetchLocal(model, directory, id, precision, options)
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
    const encoder = await openEncoder(temporary, runtime)
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
    throw error
  }
}

/** Folders under way have names that no encoder has. */
const partialPrefix = '.adding-'

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
  const repository = await openRepository(model, revision, options)
  const files = filesNeeded(model, repository.files, precision)
  // Of another commit nothing can be gone on with.
  const temporary = join(directory, `${partialPrefix}${id}-${repository.commit.slice(0, 12)}`)
  await removeOthers(directory, id, temporary)
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
    await download(file, target, onBytes).catch((error: unknown) => {
      if (error instanceof ShotboardError) throw error
      const full = systemCodeOf(error) === 'ENOSPC'
      if (full) throw errors.modelDiskFull({ folder: directory, needed: file.size, free: 0 })
      throw errors.modelDownloadFailed({ model, reason: reasonOf(error) })
    })
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
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const offered = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }) => {
        const file = join(parentPath, name)
        const relative = file.slice(resolve(path).length + 1)
        return { path: relative.replaceAll('\\', '/'), size: (await stat(file)).size }
      }),
  )
  const files = filesNeeded(path, offered, precision)
  const temporary = join(directory, `${partialPrefix}${id}`)
  await removeOthers(directory, id)
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
  return { temporary, source: { path: resolve(path) }, logits }
}

/** What attempts at other commits left behind. */
async function removeOthers(directory: string, id: string, except?: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  for (const name of await readdir(directory)) {
    const folder = join(directory, name)
    const mine =
      name === `${partialPrefix}${id}` || /^-[0-9a-f]{12}$/.test(name.slice(partialPrefix.length + id.length))
    if (name.startsWith(`${partialPrefix}${id}`) && mine && folder !== except) {
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
      const have = await Promise.all([join(folder, path), `${join(folder, path)}.part`].map(sizeOf))
      return Math.max(0, size - Math.max(...have))
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
