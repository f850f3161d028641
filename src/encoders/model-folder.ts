import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exists } from './layouts/files.js'
import { readHubLayout } from './layouts/hub.js'
import { isImmichLayout, readImmichLayout } from './layouts/immich.js'
import { ownManifestFile, readOwnLayout } from './layouts/own.js'
import type { ModelFolder } from './manifest.js'

/**
 * Reads a model folder in Shotboard's own layout, with a `model.json`, in that of the Hugging Face hub, or in immich's. While
 * the model is opened, `copies` has a copy of its files. Throws INVALID_MODEL with the file that is missing or malformed.
 */
export async function readModelFolder(folder: string, copies = tmpdir()): Promise<ModelFolder> {
  return { ...(await readLayout(folder)), copies }
}

async function readLayout(folder: string): Promise<Omit<ModelFolder, 'copies'>> {
  if (await isOwnLayout(folder)) return readOwnLayout(folder)
  if (await isImmichLayout(folder)) return readImmichLayout(folder)
  return (await isHubLayout(folder)) ? readHubLayout(folder) : readOwnLayout(folder)
}

/** Whether a folder looks like a model of any layout. */
export const isModelFolder = async (folder: string): Promise<boolean> =>
  (await isOwnLayout(folder)) || (await isImmichLayout(folder)) || (await isHubLayout(folder))

const isOwnLayout = (folder: string): Promise<boolean> => exists(join(folder, ownManifestFile))

const isHubLayout = async (folder: string): Promise<boolean> =>
  (await exists(join(folder, 'config.json'))) || (await exists(join(folder, 'open_clip_config.json')))
