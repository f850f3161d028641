import { z } from 'zod'
import { parseJson } from '../../system/parse-json.js'
import { columnNamed, type LabelRecord, textOf } from './columns.js'
import { type LabelContext, type LabelRow, NoLabels, WrongLabels } from './label-row.js'

const attributesSchema = z.record(z.string(), z.unknown())
type Attributes = z.infer<typeof attributesSchema>

const regionSchema = z.object({ region_attributes: attributesSchema })

/** Version 1 has regions by number. */
const imageSchema = z.object({
  filename: z.string().min(1),
  regions: z.union([z.array(regionSchema), z.record(z.string(), regionSchema)]),
  file_attributes: attributesSchema.default({}),
})

const imagesSchema = z.record(z.string(), imageSchema)
const projectSchema = z.object({ _via_img_metadata: imagesSchema })
const laterProjectSchema = z.object({ project: z.object({ vid_list: z.unknown() }), view: z.unknown() })

/** An image, or a region of one. */
interface Annotated {
  readonly path: string
  readonly ofImage: Attributes
  readonly ofRegions: readonly Attributes[]
}

/**
 * The labels of a project of the VGG Image Annotator (VIA), or of the annotations that it exports as JSON: the attribute of the image
 * that is named as one of labels or is the only one; or else that of its regions. Undefined for other content. Throws NoLabels if
 * no attribute is one of labels, and for projects of version 3; and WrongLabels if the given column is no attribute.
 */
export function rowsOfVia(value: unknown, context: LabelContext): LabelRow[] | undefined {
  if (laterProjectSchema.safeParse(value).success)
    throw new NoLabels('projects of VIA 3 are not read; write the paths and labels into a labels.csv')
  const project = projectSchema.safeParse(value)
  const images = project.success ? project.data._via_img_metadata : imagesSchema.safeParse(value).data
  if (images === undefined || Object.keys(images).length === 0) return undefined
  const annotated = Object.values(images).map(
    ({ filename, regions, file_attributes }): Annotated => ({
      path: filename,
      ofImage: file_attributes,
      ofRegions: Object.values(regions).map(({ region_attributes }) => region_attributes),
    }),
  )
  return rowsOf(annotated, context)
}

/** The columns of the tables that VIA exports, a row a region. */
const columns = ['filename', 'file_attributes', 'region_attributes'] as const

/** The labels of a table that VIA has exported, as in `rowsOfVia`. */
export function rowsOfViaTable(
  records: readonly LabelRecord[],
  header: readonly string[],
  context: LabelContext,
): LabelRow[] | undefined {
  const names = columns.map((name) => header.find((each) => each.replace(/^#\s*/, '') === name))
  const [path, ofImage, ofRegion] = names
  if (path === undefined || ofImage === undefined || ofRegion === undefined) return undefined
  return rowsOf(
    records.map((record) => ({
      path: textOf(record[path]),
      ofImage: attributesIn(textOf(record[ofImage])),
      ofRegions: [attributesIn(textOf(record[ofRegion]))],
    })),
    context,
  )
}

function attributesIn(text: string): Attributes {
  if (text === '') return {}
  try {
    return attributesSchema.parse(parseJson(text))
  } catch {
    throw new WrongLabels(`"${text.slice(0, 80)}" is no object of attributes`)
  }
}

function rowsOf(annotated: readonly Annotated[], { columns: given }: LabelContext): LabelRow[] {
  const ofImages = namesIn(annotated.map(({ ofImage }) => ofImage))
  const ofRegions = namesIn(annotated.flatMap((each) => each.ofRegions))
  const all = [...ofImages, ...ofRegions]
  if (given.label !== undefined && !all.includes(given.label))
    throw new WrongLabels(`no image or region has the attribute ${given.label}`, 'label')
  const name = given.label ?? labelAmong(ofImages) ?? labelAmong(ofRegions)
  if (name === undefined) {
    const what = all.length === 0 ? 'none is set' : `there are ${[...new Set(all)].join(', ')}`
    throw new NoLabels(`none of its attributes is the one of labels; ${what}`)
  }
  return annotated.flatMap(({ path, ofImage, ofRegions: regions }): LabelRow[] => {
    const own = [ofImage, ...regions].flatMap((attributes) => valuesOf(attributes[name]))
    const labels = [...new Set(own)]
    return labels.length === 0 ? [{ path, label: undefined }] : labels.map((label) => ({ path, label }))
  })
}

/** The attributes that have a value somewhere. */
const namesIn = (all: readonly Attributes[]): string[] => [
  ...new Set(
    all.flatMap((attributes) =>
      Object.entries(attributes).flatMap(([name, value]) => (valuesOf(value).length > 0 ? [name] : [])),
    ),
  ),
]

const labelAmong = (names: readonly string[]): string | undefined =>
  columnNamed('label', names) ?? (names.length === 1 ? names[0] : undefined)

/** A text; or those that are ticked, `{cat: true}`. */
function valuesOf(value: unknown): string[] {
  const ticked = attributesSchema.safeParse(value)
  const texts = ticked.success
    ? Object.entries(ticked.data).flatMap(([name, isTicked]) => (isTicked === true ? [name] : []))
    : [textOf(value)]
  return texts.map((text) => text.trim()).filter((text) => text !== '')
}
