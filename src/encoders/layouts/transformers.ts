import { join } from 'node:path'
import { z } from 'zod'
import { errors } from '../../errors.js'
import type { Filter } from '../../images/pixels/contributions.js'
import type { Configuration } from './configuration.js'
import { divisors, perChannel, readModelJson, readOptionalJson } from './files.js'
import { readTokenizer } from './tokenizer-files.js'

const configSchema = z.looseObject({
  model_type: z.string(),
  projection_dim: z.int().positive().optional(),
  text_config: z
    .looseObject({
      max_position_embeddings: z.int().min(3).optional(),
      projection_size: z.int().positive().optional(),
      hidden_size: z.int().positive().optional(),
    })
    .default({}),
  vision_config: z.looseObject({ hidden_size: z.int().positive().optional() }).default({}),
})

const side = z.int().positive()
const square = z
  .object({ height: side, width: side })
  .refine(({ height, width }) => height === width, 'must be square')
const preprocessorSchema = z.looseObject({
  do_resize: z.literal(true).default(true),
  size: side
    .or(z.object({ shortest_edge: side }))
    .or(square)
    .optional(),
  resample: z.int().or(z.string()).default(3),
  use_square_size: z.boolean().optional(),
  do_center_crop: z.boolean().optional(),
  crop_size: side.or(square).optional(),
  do_rescale: z.boolean().default(true),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: perChannel.default([0.48145466, 0.4578275, 0.40821073]),
  image_std: divisors.default([0.26862954, 0.26130258, 0.27577711]),
})

/** `processor_config.json`: since version 5, transformers writes all of a model's processors into this file. */
const processorSchema = z.looseObject({ image_processor: z.unknown().optional() })

/** Resampling filters by their numbers in Pillow. */
const filters: Readonly<Record<number, Filter>> = { 1: 'lanczos', 2: 'bilinear', 3: 'bicubic' }

/** A filter by its number, or by its name with or without that of its list: `PILImageResampling.BICUBIC`. */
const filterOf = (resample: number | string): Filter | undefined =>
  typeof resample === 'number'
    ? filters[resample]
    : Object.values(filters).find((name) => name === resample.toLowerCase().split('.').at(-1))

/** Properties of each model type that its files may leave out. */
const modelTypes = {
  clip: {
    objective: 'softmax',
    padding: 'longest',
    crops: true,
    size: { shortest_edge: 224 },
    context: 77,
    dimensions: ({ projection_dim }: z.infer<typeof configSchema>) => projection_dim ?? 512,
    outputs: { vision: ['image_embeds'], text: ['text_embeds'] },
  },
  siglip: {
    objective: 'sigmoid',
    padding: 'context',
    crops: false,
    size: { height: 224, width: 224 },
    context: 64,
    dimensions: ({ text_config: text, vision_config: vision }: z.infer<typeof configSchema>) =>
      text.projection_size ?? vision.hidden_size ?? text.hidden_size ?? 768,
    outputs: { vision: ['image_embeds', 'pooler_output'], text: ['text_embeds', 'pooler_output'] },
  },
} as const

/**
 * Reads `config.json` of transformers, its image processor, and the tokenizer's files. The image processor is in
 * `processor_config.json` or in `preprocessor_config.json`, of which transformers prefers the first. Throws INVALID_MODEL.
 */
export async function readTransformersConfiguration(folder: string): Promise<Configuration> {
  const configFile = join(folder, 'config.json')
  const config = await readModelJson(configFile, configSchema)
  const modelType = Object.entries(modelTypes).find(([name]) => name === config.value.model_type)?.[1]
  if (modelType === undefined) {
    const known = Object.keys(modelTypes).join(', ')
    const reason = `its model_type ${config.value.model_type} is not one of ${known}`
    throw errors.invalidModel({ file: configFile, reason })
  }
  const preprocessor = await readPreprocessor(folder)
  const tokenizer = await readTokenizer(folder, {
    contextLength: config.value.text_config.max_position_embeddings ?? modelType.context,
  })
  return {
    ...preprocessingOf(preprocessor.value, modelType, (reason) =>
      errors.invalidModel({ file: join(folder, preprocessor.name), reason }),
    ),
    ...tokenizer.tokenization,
    padding: modelType.padding,
    cleaning: (await isLowercasedInCode(folder)) ? 'siglip' : 'none',
    colours: 'plain',
    dimensions: modelType.dimensions(config.value),
    objective: modelType.objective,
    outputs: modelType.outputs,
    read: {
      'config.json': config.bytes,
      [preprocessor.name]: preprocessor.bytes,
      ...tokenizer.read,
    },
  }
}

async function readPreprocessor(folder: string) {
  const name = 'processor_config.json'
  const processor = await readOptionalJson(join(folder, name), processorSchema)
  // Older versions write the file without an image processor.
  if (processor?.value.image_processor === undefined) {
    const old = 'preprocessor_config.json'
    return { name: old, ...(await readModelJson(join(folder, old), preprocessorSchema)) }
  }
  const nested = z.looseObject({ image_processor: preprocessorSchema })
  const { value, bytes } = await readModelJson(join(folder, name), nested)
  return { name, value: value.image_processor, bytes }
}

/** Whether texts are lowercased in code, as SigLIP's old tokenizer does, and not by the normalizer in tokenizer.json. */
async function isLowercasedInCode(folder: string): Promise<boolean> {
  const config = await readOptionalJson(
    join(folder, 'tokenizer_config.json'),
    z.looseObject({ tokenizer_class: z.string().optional(), do_lower_case: z.boolean().optional() }),
  )
  const tokenizer = await readOptionalJson(
    join(folder, 'tokenizer.json'),
    z.looseObject({ normalizer: z.unknown().optional() }),
  )
  const isOldSiglip =
    config?.value.tokenizer_class === 'SiglipTokenizer' && config.value.do_lower_case !== false
  return isOldSiglip && !JSON.stringify(tokenizer?.value.normalizer ?? null).includes('Lowercase')
}

function preprocessingOf(
  value: z.infer<typeof preprocessorSchema>,
  { crops: cropsByDefault, size: usualSize }: (typeof modelTypes)[keyof typeof modelTypes],
  invalid: (reason: string) => Error,
) {
  const filter = filterOf(value.resample)
  if (filter === undefined) throw invalid(`its resample ${value.resample} is not one of 1, 2, 3`)
  const given: NonNullable<typeof value.size> = value.size ?? usualSize
  // A number is the side of a square where images are not cropped, and otherwise their shorter side.
  const isSquare = value.use_square_size ?? !cropsByDefault
  const size = typeof given === 'number' && isSquare ? { height: given, width: given } : given
  const shortest = typeof size === 'number' ? size : 'shortest_edge' in size ? size.shortest_edge : undefined
  const crops = value.do_center_crop ?? cropsByDefault
  const crop = typeof value.crop_size === 'object' ? value.crop_size.height : value.crop_size
  const whole = typeof size === 'object' && 'height' in size ? size.height : shortest
  const imageSize = crops ? (crop ?? whole ?? 0) : (whole ?? 0)
  if (shortest !== undefined && !crops) throw invalid('it neither crops nor has a height and a width')
  if (shortest === undefined && imageSize !== whole) throw invalid('its crop_size is not its size')
  if (shortest !== undefined && shortest < imageSize) throw invalid('its crop_size is larger than its size')
  return {
    imageSize,
    filter,
    shorterSide: shortest ?? null,
    centre: 'down' as const,
    rescale: value.do_rescale ? value.rescale_factor : 1,
    mean: value.do_normalize ? value.image_mean : ([0, 0, 0] as const),
    std: value.do_normalize ? value.image_std : ([1, 1, 1] as const),
  }
}
