import { parse } from 'yaml'
import { z } from 'zod'

/** What a column holds, as the `datasets` library describes it. */
export interface Feature {
  readonly isImage: boolean
  /** The names of the classes that the column's numbers stand for, if they do. */
  readonly classNames: readonly string[] | undefined
}

/** Features by column. */
export type Features = Readonly<Record<string, Feature>>

const featureSchema = z.looseObject({ _type: z.string().optional(), names: z.array(z.string()).optional() })
const metadataSchema = z.object({ info: z.object({ features: z.record(z.string(), z.unknown()) }) })

/** The features in the metadata `huggingface` of a parquet file; none if it says nothing of them. */
export function featuresOfMetadata(text: string): Features {
  const { data } = metadataSchema.safeParse(JSON.parse(text))
  return Object.fromEntries(
    Object.entries(data?.info.features ?? {}).map(([column, feature]) => {
      const { _type: type, names } = featureSchema.safeParse(feature).data ?? {}
      return [column, { isImage: type === 'Image', classNames: type === 'ClassLabel' ? names : undefined }]
    }),
  )
}

const namesSchema = z.union([z.array(z.string()), z.record(z.string(), z.string())])
const columnSchema = z.looseObject({
  name: z.string(),
  dtype: z.unknown().optional(),
})
const classLabelSchema = z.object({ class_label: z.object({ names: namesSchema }) })
const infoSchema = z.looseObject({
  config_name: z.string().optional(),
  features: z.array(columnSchema).optional(),
})
const cardSchema = z.looseObject({ dataset_info: z.union([infoSchema, z.array(infoSchema)]).optional() })

/**
 * The features in the front matter of a dataset's README.md, of the first of some configurations; none if it says nothing
 * of them, or says it in another way.
 */
export function featuresOfCard(readme: string, configs: readonly string[] = []): Features {
  const { data } = cardSchema.safeParse(frontMatter(readme))
  const infos = [data?.dataset_info ?? []].flat()
  const info = infos.find(({ config_name: name }) => name !== undefined && configs.includes(name)) ?? infos[0]
  return Object.fromEntries(
    (info?.features ?? []).map(({ name, dtype }) => {
      const names = classLabelSchema.safeParse(dtype).data?.class_label.names
      return [name, { isImage: dtype === 'image', classNames: names && inOrder(names) }]
    }),
  )
}

/** Names come as a list, or by their numbers. */
function inOrder(names: z.infer<typeof namesSchema>): readonly string[] {
  if (Array.isArray(names)) return names
  const list: string[] = []
  for (const [number, name] of Object.entries(names)) list[Number(number)] = name
  return list
}

/** The YAML before a text in Markdown; undefined where there is none, or no YAML. */
export function frontMatter(readme: string): unknown {
  const [, yaml] = /^---\r?\n([\s\S]*?)\r?\n---/.exec(readme.replace(/^\ufeff/, '')) ?? []
  if (yaml === undefined) return undefined
  try {
    return parse(yaml)
  } catch {
    return undefined
  }
}
