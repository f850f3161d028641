import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { errors, reasonOf } from '../errors.js'
import { imageIdOf } from '../library/index.js'

/**
 * The ids of the images that a file lists, one a line: an id, or the path of an image's file, from the folder of the list. Lines
 * that are empty or start with `#` are skipped. Throws INVALID_VALUE with the line at fault.
 */
export async function readSupportImages(file: string): Promise<string[]> {
  const text = await readListed(file, file)
  const ids: string[] = []
  for (const [i, line] of text.toString('utf8').split(/\r?\n/).entries()) {
    const entry = line.trim()
    if (entry === '' || entry.startsWith('#')) continue
    const isId = /^[0-9a-f]{64}$/.test(entry)
    ids.push(
      isId ? entry : imageIdOf(await readListed(resolve(dirname(file), entry), `${file}, line ${i + 1}`)),
    )
  }
  return ids
}

async function readListed(path: string, where: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw errors.invalidValue({ reason: `${where}: ${reasonOf(error)}` }, '--support')
  }
}
