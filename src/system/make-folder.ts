import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { systemCodeOf } from '../errors.js'

/** Makes a folder and those that it lies in. Throws the system's error, which says what keeps the first of them from being made. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true })
  } catch (error) {
    // Node says ENOENT, "no such file", where the system says that the disk is read-only.
    if (systemCodeOf(error) !== 'ENOENT') throw error
    await mkdirEach(resolve(path))
  }
}

/** Makes one folder after the other. */
async function mkdirEach(path: string): Promise<void> {
  const parent = dirname(path)
  try {
    await mkdir(path)
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || parent === path) throw error
    await mkdirEach(parent)
    await mkdir(path)
  }
}
