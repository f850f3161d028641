import { imageName } from '../image-name.js'
import type { SourceFile } from '../source.js'

/** Finds the images that files of labels name. */
export interface ImageFinder {
  /**
   * The file that each path means, in order; undefined where it is not there. Files of labels name images relative to some
   * folder, which is the one where most of them are: their own folder, another one, or the images' own on another machine.
   */
  find(paths: readonly string[], labelFile: string): (SourceFile | undefined)[]
}

/** Paths that are looked at to find the folder. */
const sampleSize = 200
/** More than this share of them must be there, for what is not there to count as missing. */
const enough = 0.5

/** How a path of a file of labels becomes one of the source: some first folders go, others come. */
interface Rule {
  readonly drop: number
  readonly prefix: string
}

export function createImageFinder(files: readonly SourceFile[]): ImageFinder {
  const byPath = new Map<string, SourceFile>()
  /** The paths of the images of a name, with their ending and without. */
  const named = new Map<string, string[]>()
  const add = (path: string, file: SourceFile): void => {
    if (byPath.has(path)) return
    byPath.set(path, file)
    const name = nameOf(path)
    const others = named.get(name)
    if (others) others.push(path)
    else named.set(name, [path])
  }
  const images = files.filter(({ path }) => imageName.test(path))
  for (const file of files) add(file.path.normalize('NFC'), file)
  // Many tables have the images' names without their endings.
  for (const file of images) add(file.path.normalize('NFC').replace(imageName, ''), file)

  const apply = (path: string, { drop, prefix }: Rule): SourceFile | undefined =>
    byPath.get(prefix + path.split('/').slice(drop).join('/'))

  /** The rules by which a path would be there, keeping as many of its folders as can be. */
  function rulesOf(path: string): Rule[] {
    const rules = (named.get(nameOf(path)) ?? []).map((candidate): Rule => {
      const [wanted, has] = [path.split('/'), candidate.split('/')]
      let same = 1
      while (same < wanted.length && same < has.length && wanted.at(-1 - same) === has.at(-1 - same)) same++
      const folders = has.slice(0, has.length - same)
      return { drop: wanted.length - same, prefix: folders.map((each) => `${each}/`).join('') }
    })
    const least = Math.min(...rules.map(({ drop }) => drop))
    return rules.filter(({ drop }) => drop === least)
  }

  return {
    find(given, labelFile) {
      const paths = given.map(plainPath)
      const own: Rule = { drop: 0, prefix: labelFile.slice(0, labelFile.length - nameOf(labelFile).length) }
      const step = Math.max(1, Math.ceil(paths.length / sampleSize))
      const sample = paths.filter((_, i) => i % step === 0)
      const rules = new Map(sample.flatMap(rulesOf).map((rule) => [`${rule.drop} ${rule.prefix}`, rule]))
      const hits = (rule: Rule): number => sample.filter((path) => apply(path, rule)).length
      let best = { rule: own, found: hits(own) }
      for (const rule of rules.values()) {
        const found = hits(rule)
        if (found > best.found) best = { rule, found }
      }
      const isEnough = best.found > enough * sample.length
      return paths.map((path) => apply(path, best.rule) ?? (isEnough ? undefined : onlyOne(path)))
    },
  }

  /** The only file of that name, where the images lie in many folders. */
  function onlyOne(path: string): SourceFile | undefined {
    const [first, ...others] = (named.get(nameOf(path)) ?? []).filter(
      (each) => each === path || each.endsWith(`/${path}`),
    )
    return first !== undefined && others.length === 0 ? byPath.get(first) : undefined
  }
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const plainPath = (path: string): string =>
  path
    .normalize('NFC')
    .split(/[\\/]/)
    .filter((part) => part !== '' && part !== '.')
    .join('/')
