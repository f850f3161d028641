import { z } from 'zod'
import { splitNamed } from '../well-known-names.js'
import { type LabelRecord, textOf } from './columns.js'
import { type LabelContext, type LabelRow, NoLabels } from './label-row.js'
import { rowsOfRecords } from './rows-of-records.js'

const recordSchema = z.record(z.string(), z.unknown())
const pairSchema = z.tuple([z.string(), z.union([z.string(), z.number()])])
const textsSchema = z.array(z.string()).min(1)

const noneOf =
  'it is neither a split of CoOp, nor annotations of COCO, nor objects, pairs or lists that name images'
/** Values inside others are looked at to this depth. */
const deepest = 4
/** A text names images, or a key does, if this share of them is there. */
const enough = 0.5

/** The labels of a list of objects, or of pairs of a path and a label. Throws as `rowsOfRecords`, and NoLabels for other lists. */
export function rowsOfList(values: readonly unknown[], context: LabelContext): LabelRow[] {
  const records = z.array(recordSchema).min(1).safeParse(values)
  if (records.success) {
    const flat = records.data.map((record) => flatten(record))
    return rowsOfRecords(flat, [...new Set(flat.flatMap((record) => Object.keys(record)))], context)
  }
  const pairs = z.array(pairSchema).min(1).safeParse(values)
  if (!pairs.success) throw new NoLabels(noneOf)
  return pairs.data.map(([path, label]) => ({ path, label: String(label) }))
}

/**
 * The labels of JSON of any shape: lists of objects or pairs; objects whose keys are images, or classes with lists of images; and
 * any of these inside an object, by split if its keys are splits. Throws NoLabels, and as `rowsOfRecords`.
 */
export function rowsOfValue(value: unknown, context: LabelContext, depth = 0): LabelRow[] {
  if (Array.isArray(value)) return rowsOfList(value, context)
  const object = recordSchema.safeParse(value)
  if (!object.success || depth > deepest) throw new NoLabels(noneOf)
  const entries = Object.entries(object.data)
  const keys = entries.map(([key]) => key)
  // Numbers may be those of classes, and of some images too.
  const needed = keys.every((key) => /^\d+$/.test(key)) ? 1 : enough
  if (keys.length > 0 && context.share(keys) >= needed) return rowsByImage(entries, context)
  const lists = z.record(z.string(), textsSchema).safeParse(value)
  if (lists.success && context.share(Object.values(lists.data).flat()) >= enough)
    return rowsByClass(lists.data)
  let first: unknown
  const rows = entries.flatMap(([key, inside]): LabelRow[] => {
    if (typeof inside !== 'object' || inside === null) return []
    try {
      const split = splitNamed(key)
      return rowsOfValue(inside, context, depth + 1).map((row) => ({ ...row, split: row.split ?? split }))
    } catch (error) {
      if (!(error instanceof NoLabels)) throw error
      first ??= error
      return []
    }
  })
  if (rows.length === 0) throw first ?? new NoLabels(noneOf)
  return rows
}

/** `{"1.jpg": "cat"}`, `{"1.jpg": ["cat"]}` or `{"1.jpg": {"label": "cat"}}`. */
function rowsByImage(entries: readonly (readonly [string, unknown])[], context: LabelContext): LabelRow[] {
  const records = entries.map(([path, value]): LabelRecord => {
    const object = Array.isArray(value) ? undefined : recordSchema.safeParse(value).data
    return object === undefined ? { path, label: value } : { ...flatten(object), path }
  })
  return rowsOfRecords(records, [...new Set(records.flatMap((record) => Object.keys(record)))], {
    ...context,
    columns: { ...context.columns, path: 'path' },
  })
}

/** `{"cat": ["1.jpg"]}`; or by split, where the folders of the images name the classes. */
const rowsByClass = (lists: Readonly<Record<string, readonly string[]>>): LabelRow[] =>
  Object.keys(lists).every((key) => splitNamed(key))
    ? Object.entries(lists).flatMap(([key, paths]) =>
        paths.map((path) => ({ path, label: undefined, split: splitNamed(key), byFolder: true })),
      )
    : Object.entries(lists).flatMap(([label, paths]) => paths.map((path) => ({ path, label })))

/** An object without others in it: `{image: {path}}` becomes `{"image.path"}`. A list of one object is that object. */
function flatten(record: LabelRecord, depth = 0): LabelRecord {
  return Object.fromEntries(
    Object.entries(record).flatMap(([key, value]): [string, unknown][] => {
      const single = Array.isArray(value) && value.length === 1 && textOf(value[0]) === '' ? value[0] : value
      const inside = Array.isArray(single) ? undefined : recordSchema.safeParse(single).data
      if (inside === undefined || depth >= deepest) return [[key, single]]
      return Object.entries(flatten(inside, depth + 1)).map(([name, each]) => [`${key}.${name}`, each])
    }),
  )
}
