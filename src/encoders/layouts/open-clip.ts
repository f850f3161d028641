import { join } from 'node:path'
import { z } from 'zod'
import type { Configuration } from './configuration.js'
import { divisors, perChannel, readOptionalJson } from './files.js'
import { readTokenizer } from './tokenizer-files.js'

/** A side of a square, or its height and width. */
const side = z
  .int()
  .positive()
  .or(z.tuple([z.int().positive(), z.int().positive()]))
  .refine((size) => typeof size === 'number' || size[0] === size[1], 'must be square')
  .transform((size) => (typeof size === 'number' ? size : size[0]))
const byte = z.number().min(0).max(255)

/** open_clip's configuration of a model. */
export const openClipModel = z.looseObject({
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
})

/** open_clip's configuration of how images are prepared. */
export const openClipPreprocessing = z.looseObject({
  mean: perChannel.default([0.48145466, 0.4578275, 0.40821073]),
  std: divisors.default([0.26862954, 0.26130258, 0.27577711]),
  size: side.optional(),
  mode: z.literal('RGB').optional(),
  // For inference open_clip takes a random interpolation for bicubic.
  interpolation: z.enum(['bicubic', 'bilinear', 'random']).default('bicubic'),
  resize_mode: z.enum(['shortest', 'squash', 'longest']).default('shortest'),
  fill_color: byte
    .transform((grey) => [grey, grey, grey] as const)
    .or(z.tuple([byte, byte, byte]))
    .default([0, 0, 0]),
})

type OpenClipModel = z.infer<typeof openClipModel>

const openClipSchema = z.looseObject({ model_cfg: openClipModel, preprocess_cfg: openClipPreprocessing })

/** Reads `open_clip_config.json`, if it exists. Throws INVALID_MODEL. */
export async function readOpenClipConfiguration(folder: string): Promise<Configuration | undefined> {
  const config = await readOptionalJson(join(folder, 'open_clip_config.json'), openClipSchema)
  if (config === undefined) return undefined
  const { model_cfg: model, preprocess_cfg: preprocess } = config.value
  const tokenizer = await readTokenizer(folder, tokenizationOf(model))
  return {
    ...openClipConfiguration(model, preprocess),
    ...tokenizer.tokenization,
    outputs: { vision: ['image_embeds'], text: ['text_embeds'] },
    read: { 'open_clip_config.json': config.bytes, ...tokenizer.read },
  }
}

/** What a tokenizer's own files do not say: open_clip pads with zeros, unless it takes the tokenizer of another library. */
export const tokenizationOf = ({
  text_cfg: { context_length, hf_tokenizer_name: foreign },
}: OpenClipModel) => ({
  contextLength: context_length,
  ...(!foreign && { padToken: 0 }),
})

/** The part of a configuration that does not depend on how the files are laid out. open_clip cleans texts in code. */
export function openClipConfiguration(
  model: OpenClipModel,
  preprocess: z.infer<typeof openClipPreprocessing>,
) {
  const imageSize = preprocess.size ?? model.vision_cfg.image_size
  const { hf_tokenizer_name: foreign, tokenizer_kwargs: options } = model.text_cfg
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
    padding: 'context',
    cleaning: options.clean ?? (foreign ? 'whitespace' : 'lower'),
    dimensions: model.embed_dim,
    objective: typeof model.init_logit_bias === 'number' ? 'sigmoid' : 'softmax',
  } as const satisfies Partial<Configuration>
}
