import { z } from 'zod'
import { throwIfCancelled } from '../../system/abort.js'
import { parseJson } from '../../system/parse-json.js'
import { imageName } from '../image-name.js'
import type { Source, SourceFile } from '../source.js'
import { type Split, splitWithin } from '../well-known-names.js'
import { textOf as cellOf, columnNamed } from './columns.js'
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
 * anything. Throws WrongCompanion for a label that `classnames.txt` does not have.
 */
export async function readCompanions(
  source: Source,
  files: readonly SourceFile[],
  wrong: (found: WrongCompanion) => Error,
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
  const companions = plain ?? (list ? beside('.txt') : await withLabels(source, beside('.json'), signal))
  if (companions.length === 0) return { labels: [], files: [], folders: new Set() }

  const wanted = [...(list ? [list] : []), ...companions].toSorted((a, b) => a.at - b.at)
  const texts = new Map<SourceFile, string>()
  let at = 0
  for await (const read of source.readers(wanted, signal)) {
    throwIfCancelled(signal)
    const file = wanted[at++] as SourceFile
    const text = textOf(await read()).trim()
    texts.set(file, file.path.endsWith('.json') ? (labelIn(text) ?? '') : text)
  }
  const names = list && (texts.get(list) ?? '').split(/\r?\n/).map((name) => name.trim())
  const labels = companions.map((file): CompanionLabel => {
    const text = texts.get(file) ?? ''
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
  })
  return {
    labels,
    files: wanted,
    folders: new Set(companions.map(({ path }) => path.slice(0, path.length - nameOf(path).length))),
  }
}

/** Endings of files that hold nothing but a label. */
const endings = ['.cls', '.cls.txt', '.label', '.label.txt', '.cls.json'] as const

/** Files of metadata, if the first one has a label; otherwise they are about something else. */
async function withLabels(
  source: Source,
  files: readonly SourceFile[],
  signal?: AbortSignal,
): Promise<readonly SourceFile[]> {
  for await (const read of source.readers(files.slice(0, 1), signal)) {
    const text = await read().then(textOf, () => '')
    return labelIn(text) === undefined ? [] : files
  }
  return []
}

/** The label in JSON: a text, a number, or a value of an object whose name says that it is one. */
function labelIn(text: string): string | undefined {
  let value: unknown
  try {
    value = parseJson(text)
  } catch {
    return undefined
  }
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
