import type { SourceFile } from '../source.js'
import { containerNames, splitsAmong } from '../well-known-names.js'
import type { LabelFile } from './label-row.js'

/** The smallest folder around files, with its slash; empty for the root. */
export function commonFolder(paths: readonly string[]): string {
  const [first = '', ...others] = paths
  let folders = first.split('/').slice(0, -1)
  for (const path of others) {
    const has = path.split('/')
    const different = folders.findIndex((name, i) => name !== has[i])
    if (different >= 0) folders = folders.slice(0, different)
  }
  return folders.map((name) => `${name}/`).join('')
}

/**
 * The classes of images that lists name without a label: the folder below that around all listed images. Folders of splits, of
 * images of any class, and of all classes with one first letter are none.
 */
export function classesByFolder(found: readonly LabelFile[]): (image: SourceFile) => string | undefined {
  const listed = found.flatMap(({ rows, images }) =>
    rows.flatMap(({ byFolder }, i) => (byFolder ? (images[i]?.path ?? []) : [])),
  )
  const around = commonFolder(listed)
  return ({ path }) => {
    const inside = path.startsWith(around) ? path.slice(around.length).split('/').slice(0, -1) : []
    const [first, ...below] = inside.filter((name) => !isNoClass(name))
    const only = around.split('/').at(-2)
    if (first === undefined) return only === undefined || isNoClass(only) ? undefined : only
    return isLetter(first, below[0]) ? below.join('/') : first
  }
}

/** Whether a folder is called after a split or its content. */
export const isNoClass = (name: string): boolean =>
  splitsAmong([name]).size > 0 || containerNames.has(name.toLowerCase())

/** Whether a folder has the classes that begin with a letter, as `a/abbey`. */
export const isLetter = (folder: string, inside: string | undefined): boolean =>
  folder.length === 1 && inside?.toLowerCase().startsWith(folder.toLowerCase()) === true
