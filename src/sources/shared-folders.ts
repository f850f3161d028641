import { isNoClass } from './labels/folders.js'

/** An image's folder that names its class, and the folders below that one. */
export interface NestedImage {
  readonly folder: string
  readonly below: readonly string[]
}

/**
 * The folders that class folders have in common, such as `chair` and `table` of `Art/chair`, `Art/table`, `Photo/chair` and
 * `Photo/table`, whose images may be of classes `chair` and `table`. Empty if most images lie in the class folders themselves,
 * or if fewer than two folders, or less than half of them, are in several class folders.
 */
export function sharedFolders(images: readonly NestedImage[]): readonly string[] {
  const classesOf = new Map<string, Set<string>>()
  let nested = 0
  for (const { folder, below } of images) {
    const [name] = below
    if (name === undefined || saysNothing(name)) continue
    nested++
    classesOf.set(name, (classesOf.get(name) ?? new Set()).add(folder))
  }
  const shared = [...classesOf].filter(([, classes]) => classes.size > 1).map(([name]) => name)
  const areRule = nested * 2 > images.length && shared.length > 1 && shared.length * 2 >= classesOf.size
  return areRule ? shared : []
}

/** Folders of numbers, dates, splits and images are in every class, and are no classes. */
const saysNothing = (name: string): boolean => !/\p{Letter}/u.test(name) || isNoClass(name)
