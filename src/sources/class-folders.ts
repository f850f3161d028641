import { errors, reasonOf } from '../errors.js'
import { tellFormat } from '../images/format.js'
import { throwIfCancelled } from '../system/abort.js'
import { imageName } from './image-name.js'
import type { LeftFile, Source, SourceFile } from './source.js'

/** A file in a folder that may be a class. */
export interface InFolder {
  readonly file: SourceFile
  readonly folder: string
}

/**
 * Tells folders of images from others, such as folders of notes. A folder is a class if a name in it says that it is an image,
 * or if the content of its first file does.
 */
export async function classFolders<T extends InFolder>(
  source: Source,
  files: readonly T[],
  signal?: AbortSignal,
): Promise<{ readonly found: readonly T[]; readonly left: readonly LeftFile[] }> {
  const named = new Set(files.filter(({ file }) => imageName.test(file.path)).map(({ folder }) => folder))
  const firsts = new Map<string, SourceFile>()
  for (const { file, folder } of files) {
    if (!named.has(folder) && !firsts.has(folder)) firsts.set(folder, file)
  }
  /** Why a folder is no class. */
  const problems = new Map<string, string>()
  const unknown = [...firsts].toSorted(([, a], [, b]) => a.at - b.at)
  let at = 0
  for await (const read of source.readers(
    unknown.map(([, file]) => file),
    signal,
  )) {
    throwIfCancelled(signal)
    const folder = unknown[at++]?.[0] ?? ''
    const problem = await read().then(
      (bytes) => tellFormat(bytes).problem,
      (error: unknown) => reasonOf(error).replace(/\.$/, ''),
    )
    if (problem !== undefined) problems.set(folder, problem)
  }
  return {
    found: files.filter(({ folder }) => !problems.has(folder)),
    left: files.flatMap(({ file, folder }) => {
      const problem = problems.get(folder)
      if (problem === undefined) return []
      const reason = `its folder ${folder} has no images, by its first file: ${problem}`
      return [{ file, error: errors.fileNotImported({ reason }) }]
    }),
  }
}
