import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exists } from './layouts/files.js'
import { readHubLayout } from './layouts/hub.js'
import { ownManifestFile, readOwnLayout } from './layouts/own.js'
import type { ModelFolder } from './manifest.js'

/**
 * Reads a model folder in Shotboard's own layout, with a `model.json`, or in that of the Hugging Face hub. While the model is
 * opened, `copies` has a copy of its files. Throws INVALID_MODEL with the file that is missing or malformed.
 */
export async function readModelFolder(folder: string, copies = tmpdir()): Promise<ModelFolder> {
  const isOwn = (await exists(join(folder, ownManifestFile))) || !(await isHubLayout(folder))
  return { ...(isOwn ? await readOwnLayout(folder) : await readHubLayout(folder)), copies }
}

/** Whether a folder looks like a model of either layout. */
export async function isModelFolder(folder: string): Promise<boolean> {
  return (await exists(join(folder, ownManifestFile))) || (await isHubLayout(folder))
}

const isHubLayout = async (folder: string): Promise<boolean> =>
  (await exists(join(folder, 'config.json'))) || (await exists(join(folder, 'open_clip_config.json')))
