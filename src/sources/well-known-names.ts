import { isHidden } from './source.js'

export type Split = 'SUPPORT_POOL' | 'VALIDATION' | 'TEST'

/** The names of folders of splits, in any case. */
export const splitNames: Readonly<Record<Split, readonly string[]>> = {
  SUPPORT_POOL: ['support_pool', 'train', 'training', 'trainval'],
  VALIDATION: ['validation', 'valid', 'val', 'dev'],
  TEST: ['test', 'testing', 'eval', 'evaluation', 'holdout'],
}

/** The split that a folder is named after, if it is. */
export function splitNamed(folder: string): Split | undefined {
  const name = folder.trim().toLowerCase()
  const splits = Object.keys(splitNames) as Split[]
  return splits.find((split) => splitNames[split].includes(name))
}

/** The split that a part of a name says, as in `instances_val2017` or `flowers-train-0001`; undefined if several do. */
export function splitWithin(name: string): Split | undefined {
  const splits = new Set(wordsOf(name).flatMap((word) => splitNamed(word) ?? []))
  return splits.size === 1 ? [...splits][0] : undefined
}

/**
 * The splits among folders that lie side by side, by their names. `train_set` and `test1` say nothing but the split; `cars_train`
 * and `cars_test` are splits since they differ by nothing else, as `train ticket` and `test tube` do.
 */
export function splitsAmong(folders: Iterable<string>): ReadonlyMap<string, Split> {
  const splits = new Map<string, Split>()
  const alike = new Map<string, [folder: string, split: Split][]>()
  for (const folder of new Set(folders)) {
    const split = splitNamed(folder) ?? splitWithin(folder)
    if (split === undefined) continue
    const rest = withoutSplit(folder)
    if (rest === '') splits.set(folder, split)
    else alike.set(rest, [...(alike.get(rest) ?? []), [folder, split]])
  }
  for (const group of alike.values()) {
    if (new Set(group.map(([, split]) => split)).size === 1) continue
    for (const [folder, split] of group) splits.set(folder, split)
  }
  return splits
}

/** What a name says besides a split, without numbers and words such as `set`. Equal for `images_train1` and `test.images`. */
export const withoutSplit = (name: string): string =>
  splitNamed(name) === undefined
    ? wordsOf(name)
        .map((word) => word.toLowerCase())
        .filter((word) => splitNamed(word) === undefined && !saysNothing.has(word))
        .join(' ')
    : ''

const saysNothing: ReadonlySet<string> = new Set([
  ...['set', 'sets', 'data', 'dataset', 'split', 'folder', 'images', 'image', 'imgs', 'img'],
  ...['mini', 'small', 'full', 'clean'],
])

const wordsOf = (name: string): string[] => name.split(/[^A-Za-z]+/).filter((word) => word !== '')

/** Folders that hold images of any class, where they are all that a split has. */
export const containerNames: ReadonlySet<string> = new Set([
  ...['images', 'image', 'img', 'imgs', 'jpegimages', 'jpg'],
])

/** Folders whose images have the names of photographs, and are none. */
export const isOfMasks = /mask|trimap|segment|annotation|label|depth|edge|thumb/i

/** What numbered folders side by side, such as `images_001` and `images_002` or `fold1` and `fold2`, are parts of; undefined if they are others. */
export function partsOfOne(folders: readonly string[]): 'IMAGES' | 'DATASET' | undefined {
  const words = new Set(folders.map((name) => /^(.*?)[\s._-]*\d+$/.exec(name.trim())?.[1]?.toLowerCase()))
  const [word = ''] = words
  if (folders.length < 2 || words.size !== 1) return undefined
  if (/^(images?|imgs?)([\s._-]*(part|batch))?$/.test(word)) return 'IMAGES'
  return /^(part|fold|batch|chunk|shard)$/.test(word) ? 'DATASET' : undefined
}

/** Files and folders that systems add. They are skipped silently, as hidden files are. */
const junk: ReadonlySet<string> = new Set([
  ...['thumbs.db', 'ehthumbs.db', 'desktop.ini', 'icon\r', '@eadir', '$recycle.bin', '__pycache__'],
  'system volume information',
])

export const isJunk = (path: string): boolean =>
  isHidden(path) || path.split('/').some((part) => junk.has(part.toLowerCase()))
