import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { throwIfCancelled } from '../../system/abort.js'
import { parseJson } from '../../system/parse-json.js'
import { featuresOfCard } from '../parquet/features.js'
import type { Source, SourceFile } from '../source.js'
import { isNoClass } from './folders.js'
import { linesOf, textOf } from './text-of.js'

/** The names of classes that folders or labels only number, and the file that has them. */
export interface ClassNames {
  readonly file: SourceFile
  readonly names: ReadonlyMap<string, string>
}

/** Files that may have the names of classes. */
const nameOfList =
  /^[^/]*(class|label|categor|name|synset|words|legend|map|index)[^/]*\.(txt|json|csv|tsv|names)$|^readme\.md$/i

/** WordNet's codes, and those of Open Images. */
const code = /^(n\d{8}|\/[mgt]\/[\w-]+)$/

/** Files that are read at most. */
const maxRead = 20

/**
 * Looks for the names of classes that are numbers or WordNet's codes (`n01440764`): lines or lists of names, lines or maps of codes
 * and names, and the README of a dataset hub. A file serves if it has a name for every class; of the files of labels, only a list in one. Returns undefined if none does.
 */
export async function findClassNames(
  source: Source,
  files: readonly SourceFile[],
  classes: readonly string[],
  labels: ReadonlySet<SourceFile>,
  signal?: AbortSignal,
): Promise<ClassNames | undefined> {
  const areNumbers = classes.every((name) => /^\d{1,6}$/.test(name))
  if (classes.length === 0 || !(areNumbers || classes.every((name) => code.test(name)))) return undefined
  const candidates = files
    .filter(({ path }) => nameOfList.test(path.slice(path.lastIndexOf('/') + 1)))
    .toSorted((a, b) => a.path.split('/').length - b.path.split('/').length)
    .slice(0, maxRead)
    .toSorted((a, b) => a.at - b.at)
  let at = 0
  const found: ClassNames[] = []
  for await (const read of source.readers(candidates, signal)) {
    throwIfCancelled(signal)
    const file = candidates[at++] as SourceFile
    const text = await read().then(textOf, () => '')
    const names = labels.has(file) ? listed(file.path, text, classes) : namesIn(file.path, text, classes)
    if (names) found.push({ file, names: inShort(names, classes) })
  }
  // A file of these classes alone is about them; `words.txt` has all of WordNet.
  return found.toSorted((a, b) => a.names.size - b.names.size)[0]
}

function namesIn(
  path: string,
  text: string,
  classes: readonly string[],
): ReadonlyMap<string, string> | undefined {
  return (
    codesIn(path, text).find((names) => classes.every((name) => lookUp(names, name) !== undefined)) ??
    listed(path, text, classes)
  )
}

type InClass = { readonly file: SourceFile; readonly folder: string }

/** Names for classes that are numbers, from the images' own names or the folders that they lie in. Empty if these tell none. */
export function namesOfNumbers(images: readonly InClass[]): ReadonlyMap<string, string> {
  const shared = sharedNames(images)
  return shared.size > 0 ? shared : foldersOfNumbers(images)
}

/** Each number's folder, if the images of a number lie in one folder and those of no other do, as in `clipart/bird/1.jpg 0`. */
function foldersOfNumbers(images: readonly InClass[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const { file, folder: number } of images) {
    const name = file.path.split('/').at(-2) ?? ''
    if (!/^\d+$/.test(number)) return new Map()
    if (/^\d*$/.test(name) || isNoClass(name)) continue
    if ((names.get(number) ?? name) !== name) return new Map()
    names.set(number, name)
  }
  const isForAll = images.every(({ folder }) => names.has(folder))
  return isForAll && names.size > 1 && new Set(names.values()).size === names.size ? names : new Map()
}

/**
 * Names for classes that are numbers, if the names of all images of a class are one word and a number, as in `Egyptian_Mau_12.jpg`, and
 * those of no other class are. Empty if not.
 */
function sharedNames(images: readonly InClass[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const { file, folder } of images) {
    const [, name] = /(?:^|\/)([^/]*[^/\d_-])[_-]+\d+\.[^./]+$/.exec(file.path) ?? []
    if (name === undefined || !/^\d+$/.test(folder) || (names.get(folder) ?? name) !== name) return new Map()
    names.set(folder, name)
  }
  return new Set(names.values()).size === names.size && names.size > 1 ? names : new Map()
}

/** Numbers may have zeros before them. */
const lookUp = (names: ReadonlyMap<string, string>, code: string): string | undefined =>
  names.get(code) ?? names.get(/^\d+$/.test(code) ? String(Number(code)) : code)

/** Maps of codes and names, in either direction. */
function codesIn(path: string, text: string): ReadonlyMap<string, string>[] {
  if (/\.json$/i.test(path)) return mapsOf(jsonOf(text))
  if (/\.(csv|tsv)$/i.test(path)) {
    const rows = tableOf(text, /\.tsv$/i.test(path) ? '\t' : ',')
    return [
      new Map(rows.map(([code = '', name = '']) => [code, name])),
      new Map(rows.map(([name = '', code = '']) => [code, name])),
    ]
  }
  if (!/\.(txt|names)$/i.test(path)) return []
  const lines = linesOf(text)
  const first = lines
    .map((line) => /^(\S+?)[\s:,]+(.+)$/.exec(line))
    .flatMap((match) => (match ? [[match[1], match[2]] as const] : []))
  const last = lines
    .map((line) => /^(.+?)[\s:,]+(\d+)$/.exec(line))
    .flatMap((match) => (match ? [[match[2], match[1]] as const] : []))
  return [first, last]
    .filter(({ length }) => length === lines.length)
    .map((pairs) => new Map(pairs.map(([code = '', name = '']) => [code, name.trim()])))
}

const textMap = z.record(z.string(), z.string())
const numberMap = z.record(z.string(), z.number())
const listMap = z.record(z.string(), z.tuple([z.string(), z.string()]))
const idList = z.array(z.object({ id: z.union([z.number(), z.string()]), name: z.string() })).min(1)

function mapsOf(value: unknown): ReadonlyMap<string, string>[] {
  const texts = textMap.safeParse(value)
  if (texts.success) {
    const entries = Object.entries(texts.data)
    return [new Map(entries), new Map(entries.map(([name, code]) => [code, name]))]
  }
  const numbers = numberMap.safeParse(value)
  if (numbers.success)
    return [new Map(Object.entries(numbers.data).map(([name, code]) => [String(code), name]))]
  // Keras's index of ImageNet: `{"0": ["n01440764", "tench"]}`.
  const pairs = listMap.safeParse(value)
  if (pairs.success) {
    const entries = Object.entries(pairs.data)
    return [
      new Map(entries.map(([, [code, name]]) => [code, name])),
      new Map(entries.map(([code, [, name]]) => [code, name])),
    ]
  }
  const ids = idList.safeParse(value)
  return ids.success ? [new Map(ids.data.map(({ id, name }) => [String(id), name]))] : []
}

/** Names in their order: the first is number 0, or number 1 if the greatest number is that of the last. */
function listed(
  path: string,
  text: string,
  classes: readonly string[],
): ReadonlyMap<string, string> | undefined {
  const names = listIn(path, text)
  const numbers = classes.map(Number)
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)]
  // Without 0 and without the last, either is possible.
  const from = least === 0 ? 0 : most === names.length ? 1 : undefined
  if (from === undefined || Number.isNaN(most) || most - from >= names.length) return undefined
  return new Map(classes.map((name) => [name, names[Number(name) - from] ?? name]))
}

function listIn(path: string, text: string): readonly string[] {
  if (/\.md$/i.test(path)) {
    return Object.values(featuresOfCard(text)).find(({ classNames }) => classNames)?.classNames ?? []
  }
  if (/\.json$/i.test(path)) {
    const value = jsonOf(text)
    const inside = z.object({ classes: z.array(z.string()) }).safeParse(value).data?.classes
    return inside ?? z.array(z.string()).safeParse(value).data ?? []
  }
  if (/\.(csv|tsv)$/i.test(path)) return []
  const lines = linesOf(text)
  const pairs = lines.map((line) => /^\d+[\s:,]+(.+)$/.exec(line)?.[1])
  return pairs.every((name) => name !== undefined) ? [] : lines
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

function tableOf(text: string, delimiter: string): string[][] {
  try {
    return parse(text, { bom: true, delimiter, relax_column_count: true, skip_empty_lines: true, trim: true })
  } catch {
    return []
  }
}

/** `tench, Tinca tinca` is called `tench`, unless another class is called so too. Names that several classes have get their code. */
function inShort(
  names: ReadonlyMap<string, string>,
  classes: readonly string[],
): ReadonlyMap<string, string> {
  const given = classes.map((code) => [code, lookUp(names, code)?.trim() || code] as const)
  // Places365 lists `/a/airfield`.
  const withLetter = given.every(([, name]) => /^\/[a-z]\//.test(name))
  const whole = withLetter ? given.map(([code, name]) => [code, name.slice(3)] as const) : given
  const isCode = classes.some((name) => name.startsWith('n'))
  const short = isCode
    ? whole.map(([code, name]) => [code, name.split(',')[0]?.trim() || name] as const)
    : whole
  const unique = (pairs: typeof whole, other: (i: number) => string) => {
    const counts = new Map<string, number>()
    for (const [, name] of pairs) counts.set(name, (counts.get(name) ?? 0) + 1)
    return pairs.map(([code, name], i) => [code, counts.get(name) === 1 ? name : other(i)] as const)
  }
  const told = unique(short, (i) => whole[i]?.[1] ?? '')
  return new Map(unique(told, (i) => `${told[i]?.[1]} (${told[i]?.[0]})`))
}
