import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { errors, reasonOf } from '../errors.js'
import type { Source, SourceFile, SourceLimits } from './source.js'

/** Folders deeper than this are no dataset, but links that lead in circles. */
const deepest = 32

/** Opens a folder as a source. Links are followed. Throws INVALID_FOLDER if it is not a folder. */
export async function openFolder(
  path: string,
  { maxImportedFileMegabytes }: Pick<SourceLimits, 'maxImportedFileMegabytes'>,
): Promise<Source> {
  const folder = resolve(path)
  const invalid = (reason: string) => errors.invalidFolder({ path, reason })
  const kind = await stat(folder).catch((error: unknown) => {
    throw invalid(reasonOf(error))
  })
  if (!kind.isDirectory()) throw invalid('it is not a folder')

  /** The paths of the files in a folder below the root, sorted by name. `around` has the folders that it lies in. */
  async function walk(below: string, around: readonly string[]): Promise<string[]> {
    const here = await realpath(join(folder, below)).catch((error: unknown) => {
      throw invalid(reasonOf(error))
    })
    // A link to a folder around it would lead in a circle.
    if (around.includes(here) || around.length >= deepest) return []
    const entries = await readdir(join(folder, below), { withFileTypes: true }).catch((error: unknown) => {
      throw invalid(reasonOf(error))
    })
    const visible = entries.filter(({ name }) => !name.startsWith('.'))
    visible.sort((a, b) => (a.name < b.name ? -1 : 1))
    const paths: string[] = []
    for (const entry of visible) {
      const inside = below === '' ? entry.name : `${below}/${entry.name}`
      // A broken link is kept as a file, so that it is reported as an image that cannot be read.
      const target = entry.isSymbolicLink() ? await stat(join(folder, inside)).catch(() => undefined) : entry
      if (target?.isDirectory()) {
        for (const found of await walk(inside, [...around, here])) paths.push(found)
      } else if (target?.isFile() ?? true) paths.push(inside)
    }
    return paths
  }

  async function read({ path: inside }: SourceFile): Promise<Buffer> {
    const file = join(folder, inside)
    let bytes: number
    try {
      bytes = (await stat(file)).size
      if (bytes <= maxImportedFileMegabytes * 2 ** 20) return await readFile(file)
    } catch (error) {
      throw errors.invalidImage({ reason: codeOf(error) })
    }
    throw errors.fileTooLarge({ megabytes: maxImportedFileMegabytes })
  }

  return {
    name: basename(folder),
    files: async () => (await walk('', [])).map((inside, at) => ({ path: inside, at })),
    async *readers(files) {
      for (const file of files) yield () => read(file)
    },
    invalid,
    close: () => Promise.resolve(),
  }
}

/** The reason of a system error, without the file's path. */
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? `the system says ${String(error.code)}` : reasonOf(error)
