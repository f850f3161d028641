import { isHidden } from './source.js'

export type Split = 'SUPPORT_POOL' | 'VALIDATION' | 'TEST'

/** The names of folders of splits, in any case. */
export const splitNames: Readonly<Record<Split, readonly string[]>> = {
  SUPPORT_POOL: ['support_pool', 'train', 'training'],
  VALIDATION: ['validation', 'valid', 'val', 'dev'],
  TEST: ['test', 'testing', 'eval', 'evaluation'],
}

/** The split that a folder is named after, if it is. */
export function splitNamed(folder: string): Split | undefined {
  const name = folder.trim().toLowerCase()
  const splits = Object.keys(splitNames) as Split[]
  return splits.find((split) => splitNames[split].includes(name))
}

/** The split that a part of a name says, as in `instances_val2017` or `flowers-train-0001`; undefined if several do. */
export function splitWithin(name: string): Split | undefined {
  const splits = new Set(name.split(/[^A-Za-z]+/).flatMap((part) => splitNamed(part) ?? []))
  return splits.size === 1 ? [...splits][0] : undefined
}

/** Folders that hold images of any class, where they are all that a split has. */
export const containerNames: ReadonlySet<string> = new Set(['images', 'image', 'img', 'imgs'])

/** Files that systems add. They are skipped silently, as hidden files are. */
const junk: ReadonlySet<string> = new Set(['thumbs.db', 'desktop.ini', 'icon\r'])

export const isJunk = (path: string): boolean =>
  isHidden(path) || junk.has((path.split('/').at(-1) ?? '').toLowerCase())
