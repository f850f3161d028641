import { createHash, randomUUID } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { copyFile, mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errors, reasonOf, ShotboardError, systemCodeOf } from '../errors.js'
import { withWriteErrors } from '../system/storage-fault.js'
import type { ModelFolder } from './manifest.js'

/** Folders of copies start with this. No encoder's id does. */
export const copyPrefix = '.opening-'

/**
 * Runs `work` with a copy of a model's files, which nobody else writes to. ONNX Runtime maps weights into memory while it loads
 * them, and a mapped file that somebody cuts ends the process. The copy is checked to be what the model's fingerprint was made
 * of, so features are never stored under the fingerprint of other weights. For the image tower
 * alone, the text tower is left out.
 *
 * Errors name the model's own files. Throws MODEL_CHANGED or INVALID_MODEL with the file at fault, DISK_FULL or STORAGE_FAILED.
 */
export async function withOwnCopy<T>(
  model: ModelFolder,
  work: (copy: ModelFolder) => Promise<T>,
  part: 'model' | 'image tower' = 'model',
): Promise<T> {
  const folder = join(model.copies, `${copyPrefix}${randomUUID()}`)
  try {
    for (const [name, sha256] of Object.entries(model.files)) {
      if (part === 'image tower' && isOfTextTower(model, name)) continue
      await copyChecked(join(model.folder, name), join(folder, name), sha256)
    }
    return await work({ ...model, folder })
  } catch (error) {
    if (!(error instanceof ShotboardError)) throw error
    const message = error.message.replaceAll(folder, model.folder)
    throw new ShotboardError(error.code, message, error.argument)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Whether a file is the text tower's graph, or has its weights, whose usual name starts with the graph's. */
const isOfTextTower = ({ manifest: { vision, text } }: ModelFolder, name: string): boolean =>
  'file' in text && !('file' in vision && name === vision.file) && name.startsWith(text.file)

async function copyChecked(file: string, copy: string, sha256: string): Promise<void> {
  await withWriteErrors('a copy of a model that is opened', async () => {
    await mkdir(dirname(copy), { recursive: true })
    // File systems that can share blocks need neither time nor space for this.
    await copyFile(file, copy, constants.COPYFILE_FICLONE)
  }).catch((error: unknown) => {
    if (error instanceof ShotboardError) throw error
    const isMissing = systemCodeOf(error) === 'ENOENT'
    throw errors.invalidModel({ file, reason: isMissing ? 'it does not exist' : reasonOf(error) })
  })
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(copy, { highWaterMark: 2 ** 20 })) hash.update(chunk)
  if (hash.digest('hex') !== sha256) throw errors.modelChanged({ file })
}
