import { isHidden } from './source.js'

export type Split = 'SUPPORT_POOL' | 'VALIDATION' | 'TEST'

/** The names of folders of splits, in any case. */
export const splitNames: Readonly<Record<Split, readonly string[]>> = {
  SUPPORT_POOL: ['support_pool', 'train', 'training'],
  VALIDATION: ['validation', 'valid', 'val'],
  TEST: ['test', 'testing'],
}

/** The split that a folder is named after, if it is. */
export function splitNamed(folder: string): Split | undefined {
  const name = folder.toLowerCase()
  const splits = Object.keys(splitNames) as Split[]
  return splits.find((split) => splitNames[split].includes(name))
}

/** Folders that hold images of any class, where they are all that a split has. */
export const containerNames: ReadonlySet<string> = new Set(['images', 'image', 'img', 'imgs'])

/** Files that systems add. They are skipped silently, as hidden files are. */
const junk: ReadonlySet<string> = new Set(['thumbs.db', 'desktop.ini', 'icon\r'])

export const isJunk = (path: string): boolean =>
  isHidden(path) || junk.has((path.split('/').at(-1) ?? '').toLowerCase())
