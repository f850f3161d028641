import { z } from 'zod'
import { throwIfCancelled } from '../../system/abort.js'
import { parseJson } from '../../system/parse-json.js'
import { imageName } from '../image-name.js'
import type { Source, SourceFile } from '../source.js'
import { containerNames, type Split, splitWithin } from '../well-known-names.js'
import { textOf as cellOf, columnNamed } from './columns.js'
import { labelsOfLabelMe } from './label-me.js'
import { WrongLabels } from './label-row.js'
import { textOf } from './text-of.js'

/** A label that stands in a file of its own beside the image. */
export interface CompanionLabel {
  readonly image: SourceFile
  readonly label: string
  /** From a folder or a shard that is named after it. */
  readonly split: Split | undefined
}

export interface Companions {
  readonly labels: readonly CompanionLabel[]
  /** The files that the labels come from. */
  readonly files: readonly SourceFile[]
  /** The folders, with their slashes, whose images have their labels beside them. */
  readonly folders: ReadonlySet<string>
}

/** Why a file with a label cannot be used. */
export interface WrongCompanion {
  readonly file: SourceFile
  readonly error: WrongLabels
}

const namesOfClasses = 'classnames.txt'

/**
 * Labels in the convention of webdataset: beside `000.jpg` lies `000.cls` with a label, or `000.json` with one in it. A label is a name, or a number, which
 * counts the lines of `classnames.txt` from 0 where there is one. Then `000.txt` serves as well; without it, such texts may be
 * anything. Files of LabelMe serve where the images lie in no folders of classes; `isByFolder` says that a person wants those. Throws WrongCompanion for a label that `classnames.txt` does not have.
 */
export async function readCompanions(
  source: Source,
  files: readonly SourceFile[],
  wrong: (found: WrongCompanion) => Error,
  isByFolder: boolean,
  signal?: AbortSignal,
): Promise<Companions> {
  const images = new Map(
    files.filter(({ path }) => imageName.test(path)).map((file) => [keyOf(file.path), file]),
  )
  const list = files
    .filter(({ path }) => nameOf(path) === namesOfClasses)
    .toSorted((a, b) => a.path.length - b.path.length)[0]
  const beside = (ending: string): SourceFile[] =>
    files.filter((file) => file.path.endsWith(ending) && file !== list && images.has(keyOf(file.path)))
  const plain = endings.map(beside).find(({ length }) => length > 0)
  const companions =
    plain ?? (list ? beside('.txt') : await withLabels(source, beside('.json'), isByFolder, signal))
  if (companions.length === 0) return { labels: [], files: [], folders: new Set() }

  const wanted = [...(list ? [list] : []), ...companions].toSorted((a, b) => a.at - b.at)
  /** The texts of files; of one in JSON, its labels. */
  const texts = new Map<SourceFile, readonly string[]>()
  let at = 0
  for await (const read of source.readers(wanted, signal)) {
    throwIfCancelled(signal)
    const file = wanted[at++] as SourceFile
    const text = textOf(await read()).trim()
    texts.set(file, file.path.endsWith('.json') ? (labelsIn(text) ?? ['']) : [text])
  }
  const names = list && (texts.get(list)?.[0] ?? '').split(/\r?\n/).map((name) => name.trim())
  const labelOf = (file: SourceFile, text: string): CompanionLabel => {
    const label = names ? nameIn(names, text) : text
    if (label === undefined || label === '') {
      const reason =
        text === ''
          ? 'it is empty'
          : `"${text.slice(0, 80)}" is no class of ${list?.path}, nor the number of one`
      throw wrong({ file, error: new WrongLabels(reason) })
    }
    const folders = file.path.split('/').slice(0, -1)
    return { image: images.get(keyOf(file.path)) as SourceFile, label, split: splitOf(folders) }
  }
  const labels = companions.flatMap((file) => (texts.get(file) ?? []).map((text) => labelOf(file, text)))
  return {
    labels,
    files: wanted,
    folders: new Set(companions.map(({ path }) => path.slice(0, path.length - nameOf(path).length))),
  }
}

/** Endings of files that hold nothing but a label. */
const endings = ['.cls', '.cls.txt', '.label', '.label.txt', '.cls.json'] as const

/** Files of metadata, if the first one has labels; otherwise they are about something else. */
async function withLabels(
  source: Source,
  files: readonly SourceFile[],
  isByFolder: boolean,
  signal?: AbortSignal,
): Promise<readonly SourceFile[]> {
  for await (const read of source.readers(files.slice(0, 1), signal)) {
    const value = valueIn(await read().then(textOf, () => ''))
    if (labelIn(value) !== undefined) return files
    // What is marked on the images of class folders is mostly a part of them, such as an eye.
    return labelsOfLabelMe(value) !== undefined && !isByFolder && !areInClasses(files) ? files : []
  }
  return []
}

/** Whether files lie in several folders besides those of splits and images. */
function areInClasses(files: readonly SourceFile[]): boolean {
  const folders = files.map(({ path }) =>
    path
      .split('/')
      .slice(0, -1)
      .filter((name) => splitWithin(name) === undefined && !containerNames.has(name.toLowerCase()))
      .join('/'),
  )
  return new Set(folders).size > 1
}

function valueIn(json: string): unknown {
  try {
    return parseJson(json)
  } catch {
    return undefined
  }
}

/** The labels in JSON; none or several in a file of LabelMe. */
function labelsIn(text: string): readonly string[] | undefined {
  const value = valueIn(text)
  const label = labelIn(value)
  return label === undefined ? labelsOfLabelMe(value) : [label]
}

/** A text, a number, or a value of an object whose name says that it is a label. */
function labelIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return cellOf(value) || undefined
  const record = z.record(z.string(), z.unknown()).safeParse(value).data ?? {}
  const key = columnNamed('label', Object.keys(record)) ?? (record.cls === undefined ? undefined : 'cls')
  return key === undefined ? undefined : cellOf(record[key]) || undefined
}

/** The part of a path that the files of a sample share: up to the first dot of its name. */
function keyOf(path: string): string {
  const name = nameOf(path)
  return path.slice(0, path.length - name.length) + name.split('.', 1)[0]
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const nameIn = (names: readonly string[], text: string): string | undefined =>
  /^\d+$/.test(text) ? names[Number(text)] : names.includes(text) ? text : undefined

function splitOf(folders: readonly string[]): Split | undefined {
  for (const folder of folders) {
    const split = splitWithin(folder)
    if (split) return split
  }
  return undefined
}
