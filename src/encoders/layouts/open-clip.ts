import { join } from 'node:path'
import { z } from 'zod'
import type { Configuration } from './configuration.js'
import { readOptionalJson, rgb } from './files.js'
import { readTokenizer } from './tokenizer-files.js'

/** A side of a square, or its height and width. */
const side = z
  .int()
  .positive()
  .or(z.tuple([z.int().positive(), z.int().positive()]))
  .refine((size) => typeof size === 'number' || size[0] === size[1], 'must be square')
  .transform((size) => (typeof size === 'number' ? size : size[0]))
const byte = z.number().min(0).max(255)

const openClipSchema = z.looseObject({
  model_cfg: z.looseObject({
    embed_dim: z.int().positive(),
    /** With this, open_clip trains a bias, and with it a sigmoid. */
    init_logit_bias: z.number().nullish(),
    vision_cfg: z.looseObject({ image_size: side.default(224) }),
    text_cfg: z.looseObject({
      context_length: z.int().min(3).default(77),
      hf_tokenizer_name: z.string().nullish(),
      tokenizer_kwargs: z
        .looseObject({ clean: z.enum(['lower', 'whitespace', 'canonicalize']).optional() })
        .default({}),
    }),
  }),
  preprocess_cfg: z.looseObject({
    mean: rgb.default([0.48145466, 0.4578275, 0.40821073]),
    std: rgb.default([0.26862954, 0.26130258, 0.27577711]),
    size: side.optional(),
    mode: z.literal('RGB').optional(),
    // For inference open_clip takes a random interpolation for bicubic.
    interpolation: z.enum(['bicubic', 'bilinear', 'random']).default('bicubic'),
    resize_mode: z.enum(['shortest', 'squash', 'longest']).default('shortest'),
    fill_color: byte
      .transform((grey) => [grey, grey, grey] as const)
      .or(z.tuple([byte, byte, byte]))
      .default([0, 0, 0]),
  }),
})

/**
 * Reads `open_clip_config.json`, if it exists. open_clip cleans texts in code (ftfy, HTML entities, white space, lower case)
 * and pads with zeros. Throws INVALID_MODEL.
 */
export async function readOpenClipConfiguration(folder: string): Promise<Configuration | undefined> {
  const config = await readOptionalJson(join(folder, 'open_clip_config.json'), openClipSchema)
  if (config === undefined) return undefined
  const { model_cfg: model, preprocess_cfg: preprocess } = config.value
  const imageSize = preprocess.size ?? model.vision_cfg.image_size
  const { hf_tokenizer_name: foreign, tokenizer_kwargs: options } = model.text_cfg
  const tokenizer = await readTokenizer(folder, {
    contextLength: model.text_cfg.context_length,
    ...(!foreign && { padToken: 0 }),
  })
  return {
    imageSize,
    filter: preprocess.interpolation === 'bilinear' ? 'bilinear' : 'bicubic',
    shorterSide: preprocess.resize_mode === 'shortest' ? imageSize : null,
    ...(preprocess.resize_mode === 'longest' && { borders: preprocess.fill_color }),
    centre: 'even',
    rescale: 1 / 255,
    mean: preprocess.mean,
    std: preprocess.std,
    colours: 'plain',
    ...tokenizer.tokenization,
    padding: 'context',
    cleaning: options.clean ?? (foreign ? 'whitespace' : 'lower'),
    dimensions: model.embed_dim,
    objective: typeof model.init_logit_bias === 'number' ? 'sigmoid' : 'softmax',
    outputs: { vision: ['image_embeds'], text: ['text_embeds'] },
    read: { 'open_clip_config.json': config.bytes, ...tokenizer.read },
  }
}
