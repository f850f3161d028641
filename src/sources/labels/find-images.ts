import { imageName } from '../image-name.js'
import type { SourceFile } from '../source.js'
import { isOfMasks } from '../well-known-names.js'

/** Finds the images that files of labels name. */
export interface ImageFinder {
  /**
   * The file that each path means, in order; undefined where it is not there. Files of labels name images relative to some
   * folder, which is the one where most of them are: their own folder, another one, or the images' own on another machine.
   * The case of letters and the ending need not be right if no other image is meant.
   */
  find(paths: readonly string[], labelFile: string): (SourceFile | undefined)[]
  /** The share of the texts that end in the name of an image, of some of them. */
  share(texts: readonly string[]): number
}

/** Paths that are looked at to find the folder. */
const sampleSize = 200
/** More than this share of them must be there, for what is not there to count as missing. */
const enough = 0.5

/** A further folder counts from this share on. */
const further = 0.1

/** How a path of a file of labels becomes one of the source: some first folders go, others come. */
interface Rule {
  readonly drop: number
  readonly prefix: string
}

export function createImageFinder(files: readonly SourceFile[]): ImageFinder {
  const byPath = new Map<string, SourceFile>()
  /** Images by their paths without case and ending, as many tables name them. */
  const byFolded = new Map<string, SourceFile>()
  /** The paths of the images of a name, without case and ending. */
  const named = new Map<string, string[]>()
  /** The ends of the paths of images: the folder and the name. */
  const inFolder = new Set<string>()
  for (const file of files) {
    const path = file.path.normalize('NFC')
    if (!byPath.has(path)) byPath.set(path, file)
    if (!imageName.test(path)) continue
    const folded = fold(path)
    if (!byFolded.has(folded)) byFolded.set(folded, file)
    const name = nameOf(folded)
    inFolder.add(lastTwo(folded))
    const others = named.get(name)
    if (others) others.push(path)
    else named.set(name, [path])
  }

  let numbers: Map<string, string[]> | undefined
  /** The names of images that are numbers, by the number without zeros before it. */
  function namesOfNumber(): ReadonlyMap<string, readonly string[]> {
    if (numbers === undefined) {
      numbers = new Map()
      for (const name of named.keys()) {
        const [, number] = /^0*(\d+)$/.exec(name) ?? []
        if (number !== undefined) numbers.set(number, [...(numbers.get(number) ?? []), name])
      }
    }
    return numbers
  }

  const apply = (path: string, { drop, prefix }: Rule): SourceFile | undefined => {
    const whole = prefix + path.split('/').slice(drop).join('/')
    return byPath.get(whole) ?? byFolded.get(fold(whole))
  }

  /** The rules by which a path would be there, keeping as many of its folders as can be. */
  function rulesOf(path: string): Rule[] {
    const wanted = fold(path).split('/')
    const rules = (named.get(wanted.at(-1) ?? '') ?? []).map((candidate): Rule => {
      const has = fold(candidate).split('/')
      let same = 1
      while (same < wanted.length && same < has.length && wanted.at(-1 - same) === has.at(-1 - same)) same++
      const folders = candidate.split('/').slice(0, has.length - same)
      return { drop: wanted.length - same, prefix: folders.map((each) => `${each}/`).join('') }
    })
    const least = Math.min(...rules.map(({ drop }) => drop))
    return rules.filter(({ drop }) => drop === least)
  }

  /** The path as it is, or what it means if there is no image of that name: addresses are written in several ways. */
  function meant(given: string): string {
    const path = plainPath(given)
    const isKnown = (each: string) => named.has(nameOf(fold(each)))
    const liesSo = (each: string) => inFolder.has(lastTwo(fold(each)))
    const others = () => spellings(given)
    if (liesSo(path)) return path
    if (isKnown(path)) return /%[0-9a-f]{2}/i.test(given) ? (others().find(liesSo) ?? path) : path
    return others().find(isKnown) ?? numbered(path) ?? path
  }

  /** The only image whose name is that number: spreadsheets write `0012` as `12` or `12.0`. */
  function numbered(path: string): string | undefined {
    const [, number] = /^0*(\d+)(?:\.0)?$/.exec(path) ?? []
    const names = number === undefined ? undefined : namesOfNumber().get(number)
    return names?.length === 1 ? names[0] : undefined
  }

  /** Whether many images that one rule does not find lie in another folder, as where a dataset comes in two parts. */
  function hasFurtherParts(sample: readonly string[], rule: Rule, others: readonly Rule[]): boolean {
    const rest = sample.filter((path) => !apply(path, rule))
    return (
      rest.length > 0 &&
      others.some((other) => {
        const found = rest.filter((path) => apply(path, other)).length
        return found > 1 && found >= further * sample.length
      })
    )
  }

  /** The only file of that name, where the images lie in many folders. */
  function onlyOne(path: string): SourceFile | undefined {
    const folded = fold(path)
    const [first, ...others] = (named.get(nameOf(folded)) ?? []).filter((each) => {
      const has = fold(each)
      return has === folded || has.endsWith(`/${folded}`)
    })
    return first !== undefined && others.length === 0 ? byPath.get(first) : undefined
  }

  return {
    find(given, labelFile) {
      const paths = given.map(meant)
      const own: Rule = { drop: 0, prefix: labelFile.slice(0, labelFile.length - nameOf(labelFile).length) }
      const sample = some(paths)
      const rules = new Map(sample.flatMap(rulesOf).map((rule) => [`${rule.drop} ${rule.prefix}`, rule]))
      const hits = (rule: Rule): number => sample.filter((path) => apply(path, rule)).length
      let best = { rule: own, found: hits(own) }
      for (const rule of rules.values()) {
        const found = hits(rule)
        const isBetter =
          found === best.found && isOfMasks.test(best.rule.prefix) && !isOfMasks.test(rule.prefix)
        if (found > best.found || isBetter) best = { rule, found }
      }
      const isEnough =
        best.found > enough * sample.length && !hasFurtherParts(sample, best.rule, [...rules.values()])
      return paths.map((path) => apply(path, best.rule) ?? (isEnough ? undefined : onlyOne(path)))
    },
    share(texts) {
      const sample = some(texts)
      const known = sample.filter((text) => named.has(nameOf(fold(meant(text)))))
      return sample.length === 0 ? 0 : known.length / sample.length
    },
  }
}

const some = <T>(items: readonly T[]): T[] => {
  const step = Math.max(1, Math.ceil(items.length / sampleSize))
  return items.filter((_, i) => i % step === 0)
}

const fold = (path: string): string => path.replace(imageName, '').toLowerCase()

const lastTwo = (path: string): string => path.split('/').slice(-2).join('/')

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const plainPath = (path: string): string =>
  path
    .normalize('NFC')
    .split(/[\\/]/)
    .filter((part) => part !== '' && part !== '.')
    .join('/')

/** Other paths that an address may mean: percent signs are codes, a query is none of it, or has the path; tools add a random part. */
function spellings(given: string): string[] {
  const [address = '', query = ''] = given.split(/[?#]/)
  const inQuery = query.split('&').map((part) => part.slice(part.indexOf('=') + 1))
  const paths = [given, address, ...inQuery].flatMap((path) => [path, decoded(path)]).map(plainPath)
  return [...paths, ...paths.map((path) => path.replace(/(^|\/)[0-9a-f]{8}-(?=[^/]+$)/, '$1'))]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
