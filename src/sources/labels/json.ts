import { z } from 'zod'
import { parseJson } from '../../system/parse-json.js'
import type { Split } from '../well-known-names.js'
import { rowsOfValue } from './json-values.js'
import { type LabelContext, type LabelRow, WrongLabels } from './label-row.js'
import { rowsOfVia } from './via.js'

const coopRow = z.tuple([z.string(), z.union([z.number(), z.string()]), z.string().min(1)])

/** The splits of the few-shot papers, as CoOp publishes them: lists of a path, a label and the name of its class. */
const coopSchema = z.object({
  train: z.array(coopRow),
  val: z.array(coopRow).optional(),
  test: z.array(coopRow).optional(),
})

const cocoId = z.union([z.number(), z.string()])

/** The part of the COCO format that says what is on an image. */
const cocoSchema = z.object({
  images: z.array(z.object({ id: cocoId, file_name: z.string().min(1) })),
  annotations: z.array(z.object({ image_id: cocoId, category_id: cocoId })),
  /** Some datasets have them in a file of their own. */
  categories: z.array(z.object({ id: cocoId, name: z.string().min(1) })).optional(),
})

/** Datumaro's format, which CVAT exports too: labels count those of the categories. */
const datumaroSchema = z.object({
  categories: z.object({ label: z.object({ labels: z.array(z.object({ name: z.string().min(1) })) }) }),
  items: z.array(
    z.object({
      id: z.string().min(1),
      image: z.object({ path: z.string().optional() }).optional(),
      annotations: z.array(z.object({ label_id: z.number().optional() })),
    }),
  ),
})

/**
 * The labels of a JSON file: a split of CoOp, the annotations of COCO or VIA, or any list or map of images. Throws NoLabels for other content,
 * and WrongLabels for text that is not JSON.
 */
export function rowsOfJson(text: string, context: LabelContext): LabelRow[] {
  let value: unknown
  try {
    value = parseJson(text)
  } catch {
    throw new WrongLabels('it is not JSON')
  }
  const coop = coopSchema.safeParse(value)
  if (coop.success) return rowsOfCoop(coop.data)
  const coco = cocoSchema.safeParse(value)
  if (coco.success) return rowsOfCoco(coco.data)
  const datumaro = datumaroSchema.safeParse(value)
  if (datumaro.success) return rowsOfDatumaro(datumaro.data)
  return rowsOfVia(value, context) ?? rowsOfValue(value, context)
}

const coopSplits = [
  ['train', 'SUPPORT_POOL'],
  ['val', 'VALIDATION'],
  ['test', 'TEST'],
] as const satisfies readonly (readonly [keyof z.infer<typeof coopSchema>, Split])[]

const rowsOfCoop = (content: z.infer<typeof coopSchema>): LabelRow[] =>
  coopSplits.flatMap(([name, split]) =>
    (content[name] ?? []).map(([path, , label]) => ({ path, label, split })),
  )

function rowsOfDatumaro({ categories, items }: z.infer<typeof datumaroSchema>): LabelRow[] {
  const { labels: names } = categories.label
  return items.flatMap(({ id, image, annotations }): LabelRow[] => {
    const path = image?.path || id
    const labels = new Set(annotations.flatMap(({ label_id }) => label_id ?? []))
    if (labels.size === 0) return [{ path, label: undefined }]
    return [...labels].map((label) => {
      const name = names[label]?.name
      if (name === undefined) throw new WrongLabels(`no category has the number ${label}`)
      return { path, label: name }
    })
  })
}

/** An image with several boxes of a category has that category; with several categories, it has several rows. */
function rowsOfCoco({ images, annotations, categories }: z.infer<typeof cocoSchema>): LabelRow[] {
  const names = categories && new Map(categories.map(({ id, name }) => [id, name]))
  const ofImage = new Map(images.map(({ id }) => [id, new Set<string>()]))
  for (const { image_id, category_id } of annotations) {
    const name = names ? names.get(category_id) : String(category_id)
    if (name === undefined) throw new WrongLabels(`no category has the id ${category_id}`)
    const labels = ofImage.get(image_id)
    if (labels === undefined) throw new WrongLabels(`no image has the id ${image_id}`)
    labels.add(name)
  }
  return images.flatMap(({ id, file_name: path }): LabelRow[] => {
    const labels = [...(ofImage.get(id) ?? [])]
    return labels.length === 0 ? [{ path, label: undefined }] : labels.map((label) => ({ path, label }))
  })
}
