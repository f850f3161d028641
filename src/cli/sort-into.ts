import { constants, copyFile, link, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { basename, extname, join, resolve } from 'node:path'
import { errors, systemCodeOf } from '../errors.js'
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
 * Sorts images into `folder`, which is made if needed. No file there is ever written over: a second image of a name gets a
 * number, and an image that is there already is left as it is. Throws INVALID_FOLDER, DISK_FULL or STORAGE_FAILED.
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
    add: ({ file, top, isNoneOfThese }, bytes, path) =>
      withWriteErrors(file, async () => {
        const label = top[0]?.class
        const into = join(folder, isNoneOfThese || label === undefined ? noneOfThese : folderOf(label))
        const making = made.get(into) ?? mkdir(into, { recursive: true })
        made.set(into, making)
        await making
        const put =
          isLinked && path !== null
            ? (to: string) => linkTo(path, to)
            : (to: string) => copyTo(bytes, path, to)
        await placeUnder(into, basename(file), bytes, put)
      }),
  }
}

/** Puts the image under its name, or the first `name-2`, `name-3`, … that is free. */
async function placeUnder(
  folder: string,
  name: string,
  bytes: Uint8Array,
  put: (to: string) => Promise<void>,
): Promise<void> {
  const ending = extname(name)
  const stem = name.slice(0, name.length - ending.length)
  for (let n = 1; ; n++) {
    const to = join(folder, n === 1 ? name : `${stem}-${n}${ending}`)
    try {
      return await put(to)
    } catch (error) {
      if (systemCodeOf(error) !== 'EEXIST') throw error
      if (await isSame(to, bytes)) return
    }
  }
}

async function isSame(file: string, bytes: Uint8Array): Promise<boolean> {
  const found = await stat(file).catch(() => undefined)
  return found?.size === bytes.length && Buffer.from(bytes).equals(await readFile(file))
}

/** A hard link; a symbolic one where the file system has none, or on another one. */
async function linkTo(path: string, to: string): Promise<void> {
  try {
    await link(path, to)
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') throw error
    await symlink(resolve(path), to)
  }
}

/** A copy of the file, which keeps nothing of it but the bytes. */
async function copyTo(bytes: Uint8Array, path: string | null, to: string): Promise<void> {
  if (path === null) return writeFile(to, bytes, { flag: 'wx' })
  await copyFile(path, to, constants.COPYFILE_EXCL)
}

/** A folder name for every class: no two classes share one, and none leads elsewhere. */
function createFolderNames(classes: readonly string[]): (name: string) => string {
  const folders = new Map<string, string>()
  const taken = new Set([noneOfThese])
  function folderOf(name: string): string {
    const known = folders.get(name)
    if (known !== undefined) return known
    // biome-ignore lint/suspicious/noControlCharactersInRegex: file systems refuse control characters
    const plain = name.replace(/[\x00-\x1f/\\:*?"<>|]/g, '_').replace(/^\.+|[. ]+$/g, '_') || '_'
    let folder = plain
    for (let n = 2; taken.has(folder.toLowerCase()); n++) folder = `${plain}-${n}`
    taken.add(folder.toLowerCase())
    folders.set(name, folder)
    return folder
  }
  for (const name of classes) folderOf(name)
  return folderOf
}
