import { z } from 'zod'
import { Split } from './enums.js'

/** Changes of earlier versions have no id. A class that comes back gets a new one then. */
const classSchema = z.object({ id: z.string().optional(), name: z.string(), prompts: z.array(z.string()) })
const conflictSchema = z.object({ imageId: z.string(), className: z.string() })

/** Where an image was. Classes are named, because their numbers may change. */
const placeSchema = z.object({
  imageId: z.string(),
  position: z.int(),
  className: z.string(),
  split: z.enum(Split),
})
/** Where an image without a label was. */
const positionSchema = z.object({ imageId: z.string(), position: z.int() })
const labelSchema = z.object({ className: z.string(), split: z.enum(Split) })

const changes = [
  z.object({ kind: z.literal('RENAME'), from: z.string(), to: z.string() }),
  z.object({ kind: z.literal('RENAME_CLASS'), from: classSchema, to: classSchema }),
  z.object({ kind: z.literal('ADD_CLASS'), class: classSchema }),
  z.object({
    kind: z.literal('SET_PROMPTS'),
    classes: z.array(z.object({ name: z.string(), from: z.array(z.string()), to: z.array(z.string()) })),
  }),
  z.object({
    kind: z.literal('ADD_IMAGES'),
    images: z.array(z.object({ imageId: z.string(), className: z.string(), split: z.enum(Split) })),
    /** Those of them that the dataset had without a label. */
    unlabelled: z.array(positionSchema),
    /** Images that the dataset has as another class, and had not come as this one before. */
    conflicts: z.array(conflictSchema),
  }),
  z.object({ kind: z.literal('ADD_UNLABELLED_IMAGES'), images: z.array(z.string()) }),
  z.object({
    kind: z.literal('MERGE_CLASSES'),
    index: z.int(),
    class: classSchema,
    into: z.string(),
    /** The images of the class that went. */
    images: z.array(z.string()),
    conflicts: z.array(conflictSchema),
  }),
  z.object({
    kind: z.literal('DELETE_CLASS'),
    index: z.int(),
    class: classSchema,
    images: z.array(placeSchema),
    conflicts: z.array(conflictSchema),
  }),
  z.object({
    kind: z.literal('MOVE_IMAGES'),
    moves: z.array(z.object({ imageId: z.string(), from: labelSchema, to: labelSchema })),
    conflicts: z.array(conflictSchema),
  }),
  z.object({ kind: z.literal('LABEL_IMAGES'), images: z.array(positionSchema), to: labelSchema }),
  z.object({
    kind: z.literal('UNLABEL_IMAGES'),
    images: z.array(placeSchema),
    conflicts: z.array(conflictSchema),
  }),
  z.object({
    kind: z.literal('REMOVE_IMAGES'),
    images: z.array(placeSchema),
    unlabelled: z.array(positionSchema),
    conflicts: z.array(conflictSchema),
  }),
] as const

/** What undoing a change of a dataset needs to know. */
export const changeDetailSchema = z.discriminatedUnion('kind', changes)
export type ChangeDetail = z.infer<typeof changeDetailSchema>
export type ChangeOf<Kind extends ChangeDetail['kind']> = Extract<ChangeDetail, { kind: Kind }>
export type ImagePlaceDetail = z.infer<typeof placeSchema>

/** The kinds of changes that can be undone. */
export const changeKinds = changes.map(({ shape }) => shape.kind.value)
export type ChangeKind = ChangeDetail['kind']

/** A change in words. */
export function textOfChange(detail: ChangeDetail): string {
  switch (detail.kind) {
    case 'RENAME':
      return `Renamed the dataset from "${detail.from}"`
    case 'RENAME_CLASS':
      return `Renamed class "${detail.from.name}" to "${detail.to.name}"`
    case 'ADD_CLASS':
      return `Added class "${detail.class.name}"`
    case 'SET_PROMPTS':
      return `Changed the prompts of ${classes(detail.classes)}`
    case 'ADD_IMAGES':
      return `Added ${images(detail.images)}`
    case 'ADD_UNLABELLED_IMAGES':
      return `Added ${images(detail.images)} without a label`
    case 'MERGE_CLASSES':
      return `Merged class "${detail.class.name}" into "${detail.into}"`
    case 'DELETE_CLASS':
      return `Deleted class "${detail.class.name}" with ${images(detail.images)}`
    case 'MOVE_IMAGES':
      return `Moved ${images(detail.moves)}`
    case 'LABEL_IMAGES':
      return `Labelled ${images(detail.images)} as "${detail.to.className}"`
    case 'UNLABEL_IMAGES':
      return `Took the label off ${images(detail.images)}`
    case 'REMOVE_IMAGES':
      return `Removed ${images([...detail.images, ...detail.unlabelled])}`
  }
}

const images = ({ length }: readonly unknown[]): string => `${length} image${length === 1 ? '' : 's'}`

const classes = (list: readonly { readonly name: string }[]): string =>
  list.length === 1 ? `class "${list[0]?.name}"` : `${list.length} classes`

/** The images that undoing a change removes from its dataset. */
export function removedByUndoOf(detail: ChangeDetail): readonly string[] {
  if (detail.kind === 'ADD_UNLABELLED_IMAGES') return detail.images
  if (detail.kind !== 'ADD_IMAGES') return []
  const stay = new Set(detail.unlabelled.map(({ imageId }) => imageId))
  return detail.images.map(({ imageId }) => imageId).filter((id) => !stay.has(id))
}

/** The images that a change removed from its dataset. */
export function removedBy(detail: ChangeDetail): readonly string[] {
  if (detail.kind === 'DELETE_CLASS') return detail.images.map(({ imageId }) => imageId)
  if (detail.kind !== 'REMOVE_IMAGES') return []
  return [...detail.images, ...detail.unlabelled].map(({ imageId }) => imageId)
}

/** Entries of the lists of a part. A database writes and reads one in a few milliseconds. */
const entriesPerPart = 1000

/**
 * A change in parts of the same form. Each has some of the entries of the lists, and all else that the change has. A small change
 * is one part.
 */
export function* partsOfChange(detail: ChangeDetail): Generator<ChangeDetail> {
  const fields: [string, unknown][] = Object.entries(detail)
  const lists = fields.filter((field): field is [string, readonly unknown[]] => Array.isArray(field[1]))
  const empty = Object.fromEntries(lists.map(([key]): [string, unknown[]] => [key, []]))
  const starts = lists.flatMap(([key, { length }]) =>
    Array.from({ length: Math.ceil(length / entriesPerPart) }, (_, i) => ({ key, from: i * entriesPerPart })),
  )
  if (lists.reduce((sum, [, { length }]) => sum + length, 0) <= entriesPerPart) {
    yield detail
    return
  }
  for (const { key, from } of starts) {
    const list = lists.find(([each]) => each === key)?.[1] ?? []
    yield { ...detail, ...empty, [key]: list.slice(from, from + entriesPerPart) } as ChangeDetail
  }
}

/** The change that the parts are of. */
export function joinParts(first: ChangeDetail, others: readonly ChangeDetail[]): ChangeDetail {
  if (others.length === 0) return first
  const parts: readonly Record<string, unknown>[] = [first, ...others]
  const joined = Object.entries(first).map(([key, value]: [string, unknown]) => [
    key,
    Array.isArray(value) ? parts.flatMap((part) => part[key]) : value,
  ])
  return Object.fromEntries(joined) as ChangeDetail
}
