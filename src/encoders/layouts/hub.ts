import { basename, join } from 'node:path'
import { z } from 'zod'
import { errors } from '../../errors.js'
import { readScalars, type Source } from '../../tensor/safetensors.js'
import { type Manifest, type ModelFolder, type Precision, precisions } from '../manifest.js'
import type { Configuration } from './configuration.js'
import { encoderId, exists, findAdapterFile, hashModelFiles, readOptionalJson, weightFiles } from './files.js'
import { readOpenClipConfiguration } from './open-clip.js'
import { readTransformersConfiguration } from './transformers.js'

/** `shotboard.json`: the choices made when a model was added, and its source. */
export const addedSchema = z.object({
  id: encoderId,
  name: z.string().min(1),
  precision: z.enum(precisions),
  logitScale: z.number().positive().optional(),
  logitBias: z.number().optional(),
  source: z
    .object({ repository: z.string(), revision: z.string(), commit: z.string().optional() })
    .or(z.object({ path: z.string() }))
    .optional(),
})
export type Added = z.infer<typeof addedSchema>
export const addedFile = 'shotboard.json'

/** Suffixes of graph files by precision, as optimum and transformers.js use them. */
export const suffixes: Readonly<Record<Precision, readonly string[]>> = {
  fp32: [''],
  fp16: ['_fp16'],
  q8: ['_quantized', '_int8', '_uint8'],
}

/** The trainings of OpenAI, OpenCLIP, TinyCLIP and MobileCLIP all limit it to 100, and end at that limit. */
const clipLogitScale = 100

/**
 * Reads a folder in the layout of the Hugging Face hub: `config.json` with `preprocessor_config.json`, or
 * `open_clip_config.json`; `tokenizer.json`; `onnx/vision_model*.onnx` and `onnx/text_model*.onnx`.
 * Throws INVALID_MODEL with the file that is missing or malformed.
 */
export async function readHubLayout(folder: string): Promise<Omit<ModelFolder, 'copies'>> {
  const openClip = await readOpenClipConfiguration(folder)
  const { read, objective, outputs, ...configuration } =
    openClip ?? (await readTransformersConfiguration(folder))
  const added = await readOptionalJson(join(folder, addedFile), addedSchema)
  const graphs = await findGraphs(folder, added?.value.precision)
  const adapter = await findAdapterFile(folder)
  const id = added?.value.id ?? basename(folder)
  const manifest: Manifest = {
    ...configuration,
    ...(await logitsOf(folder, objective, added?.value)),
    id,
    name: added?.value.name ?? id,
    precision: graphs.precision,
    vision: { file: graphs.vision, input: 'pixel_values', outputs: outputs.vision },
    text: { file: graphs.text, input: 'input_ids', outputs: outputs.text },
    adapter,
  }
  const weights = await weightFiles(folder, [graphs.vision, graphs.text])
  const files = [...weights, manifest.tokenizer, ...(adapter ? [adapter.file] : [])]
  const hashes = await hashModelFiles(folder, files, {
    known: read,
    // The name and the source do not decide features.
    decisive: [
      ...Object.values(read),
      Buffer.from(JSON.stringify([manifest.logitScale, manifest.logitBias])),
    ],
  })
  return { folder, manifest, ...hashes }
}

/** The graphs of a precision, or by default of the first precision that the folder has. Throws INVALID_MODEL. */
async function findGraphs(folder: string, precision: Precision | undefined) {
  for (const candidate of precision ? [precision] : precisions) {
    for (const suffix of suffixes[candidate]) {
      const [vision, text] = [`onnx/vision_model${suffix}.onnx`, `onnx/text_model${suffix}.onnx`]
      if (!(await exists(join(folder, vision)))) continue
      if (await exists(join(folder, text))) return { precision: candidate, vision, text }
      throw errors.invalidModel({ file: join(folder, text), reason: 'it does not exist' })
    }
  }
  const wanted = (precision ? [precision] : precisions).flatMap((each) => suffixes[each])
  throw errors.invalidModel({
    file: join(folder, 'onnx'),
    reason: `it has none of ${wanted.map((suffix) => `vision_model${suffix}.onnx`).join(', ')}`,
  })
}

/** The trained scale and bias: from `shotboard.json`, or the model's weights, or else CLIP's. Throws INVALID_MODEL. */
async function logitsOf(
  folder: string,
  objective: Configuration['objective'],
  added: Added | undefined,
): Promise<Pick<Manifest, 'logitScale' | 'logitBias'>> {
  const trained = await trainedLogits(join(folder, 'model.safetensors'))
  const logitScale =
    added?.logitScale ?? trained.logitScale ?? (objective === 'softmax' ? clipLogitScale : undefined)
  if (objective === 'softmax' && logitScale !== undefined) return { logitScale, logitBias: null }
  const logitBias = added?.logitBias ?? trained.logitBias
  if (logitScale === undefined || logitBias === undefined) {
    const reason =
      'a model trained with a sigmoid needs its logitScale and logitBias, which its graphs do not have; set them in this file'
    throw errors.invalidModel({ file: join(folder, addedFile), reason })
  }
  return { logitScale, logitBias }
}

/** The scale (stored as its logarithm, `logit_scale`) and the bias (`logit_bias`) in a weights file, if it has them. */
export async function trainedLogits(
  file: string | Source,
): Promise<{ logitScale?: number; logitBias?: number }> {
  if (typeof file === 'string' && !(await exists(file))) return {}
  const { logit_scale: scale, logit_bias: bias } = await readScalars(file, ['logit_scale', 'logit_bias'])
  const logitScale = scale === undefined ? undefined : Math.exp(scale)
  if (logitScale !== undefined && !(logitScale > 0 && Number.isFinite(logitScale))) {
    throw errors.invalidTensor({ tensor: 'logit_scale', reason: `${scale} is not the logarithm of a scale` })
  }
  if (bias !== undefined && !Number.isFinite(bias)) {
    throw errors.invalidTensor({ tensor: 'logit_bias', reason: `${bias} is not a finite number` })
  }
  return { ...(logitScale !== undefined && { logitScale }), ...(bias !== undefined && { logitBias: bias }) }
}
