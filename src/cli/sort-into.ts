import { link, open, readFile, realpath, rm, stat, symlink } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { errors, systemCodeOf } from '../errors.js'
import { makeFolder } from '../system/make-folder.js'
import { withWriteErrors } from '../system/storage-fault.js'
import type { ClassifiedFile } from './classifier-host.js'

/** Puts images into folders by class. */
export interface Sorter {
  /** `path` is where the image lies on disk; null for one in an archive, which is always copied. */
  add(answer: ClassifiedFile, bytes: Uint8Array, path: string | null): Promise<void>
}

/** The folder of images that fit no class well. */
const noneOfThese = 'none of these'

/**
 * Sorts images into `folder`, which is made if needed. No file there is ever written over: another image of a name gets a
 * number, and from the tenth on the start of its hash; an image that is there already is left as it is. Throws INVALID_FOLDER, DISK_FULL or STORAGE_FAILED.
 */
export async function createSorter(
  folder: string,
  { link: isLinked, classes }: { readonly link: boolean; readonly classes: readonly string[] | null },
): Promise<Sorter> {
  const kind = await stat(folder).catch(() => undefined)
  if (kind && !kind.isDirectory()) throw errors.invalidFolder({ path: folder, reason: 'it is not a folder' })
  const folderOf = createFolderNames(classes ?? [])
  const made = new Map<string, Promise<unknown>>()
  return {
    add: ({ file, id, top, isNoneOfThese }, bytes, path) =>
      withWriteErrors(`${isLinked ? 'a link to' : 'a copy of'} ${file}`, async () => {
        const label = top[0]?.class
        const into = join(folder, isNoneOfThese || label === undefined ? noneOfThese : folderOf(label))
        const making = made.get(into) ?? makeFolder(into)
        made.set(into, making)
        await making
        const put = (to: string) => (isLinked && path !== null ? linkTo(path, to) : writeNew(to, bytes))
        await placeUnder(into, { name: basename(file), id, bytes }, put)
      }),
  }
}

/** Puts the image under its name, or the first other name that is free. */
async function placeUnder(
  folder: string,
  { name, id, bytes }: { readonly name: string; readonly id: string; readonly bytes: Uint8Array },
  put: (to: string) => Promise<void>,
): Promise<void> {
  for (const each of namesFor(name, id)) {
    const to = join(folder, each)
    try {
      return await put(to)
    } catch (error) {
      if (systemCodeOf(error) !== 'EEXIST') throw error
      if (await isSame(to, bytes)) return
    }
  }
}

/** File systems take names of so many bytes. */
const maxNameBytes = 255
const maxNumber = 9

/**
 * The name, the name with a number, and then with the image's hash: however many images share a name, few are looked at for each
 * of them.
 */
function* namesFor(name: string, id: string): Generator<string> {
  const ending = extname(name)
  const stem = name.slice(0, name.length - ending.length).replaceAll('\0', '_')
  const named = (suffix: string) =>
    cutTo(maxNameBytes - Buffer.byteLength(suffix + ending), stem) + suffix + ending
  yield named('')
  for (let n = 2; n <= maxNumber; n++) yield named(`-${n}`)
  yield named(`-${id.slice(0, 8)}`)
  yield named(`-${id}`)
}

/** The longest start of a text that takes at most so many bytes. */
function cutTo(maxBytes: number, text: string): string {
  let bytes = 0
  let cut = ''
  for (const character of text) {
    bytes += Buffer.byteLength(character)
    if (bytes > maxBytes) break
    cut += character
  }
  return cut
}

async function isSame(file: string, bytes: Uint8Array): Promise<boolean> {
  const found = await stat(file).catch(() => undefined)
  return (
    found?.isFile() === true && found.size === bytes.length && Buffer.from(bytes).equals(await readFile(file))
  )
}

/** A hard link; a symbolic one where the file system has none, or on another one. */
async function linkTo(path: string, to: string): Promise<void> {
  // A link to a symbolic link would be one more, which may lead nowhere from its new place.
  const file = await realpath(path)
  try {
    await link(file, to)
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') throw error
    await symlink(file, to)
  }
}

/** A copy, which is whole or not there. */
async function writeNew(to: string, bytes: Uint8Array): Promise<void> {
  const file = await open(to, 'wx')
  try {
    await file.writeFile(bytes)
    await file.close()
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(to, { force: true })
    throw error
  }
}

/** A folder name for every class: no two classes share one, and none leads elsewhere. */
function createFolderNames(classes: readonly string[]): (name: string) => string {
  const folders = new Map<string, string>()
  const taken = new Set([noneOfThese])
  function folderOf(name: string): string {
    const known = folders.get(name)
    if (known !== undefined) return known
    // biome-ignore lint/suspicious/noControlCharactersInRegex: file systems refuse control characters
    const refused = name.replace(/[\x00-\x1f/\\:*?"<>|]/g, '_').replace(/^\.+|[. ]+$/g, '_') || '_'
    // There has to be room for a number.
    const plain = cutTo(maxNameBytes - 10, refused)
    let folder = plain
    for (let n = 2; taken.has(folder.toLowerCase()); n++) folder = `${plain}-${n}`
    taken.add(folder.toLowerCase())
    folders.set(name, folder)
    return folder
  }
  for (const name of classes) folderOf(name)
  return folderOf
}
