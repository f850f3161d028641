import { basename, join } from 'node:path'
import { errors } from '../../errors.js'
import { type Manifest, type ModelFolder, type Precision, precisions } from '../manifest.js'
import { addedFile, addedSchema } from './added.js'
import { exists, findAdapterFile, hashModelFiles, readOptionalJson, weightFiles } from './files.js'
import { logitsOf } from './logits.js'
import { readOpenClipConfiguration } from './open-clip.js'
import { readTransformersConfiguration } from './transformers.js'

/** Suffixes of graph files by precision, as optimum and transformers.js use them. */
export const suffixes: Readonly<Record<Precision, readonly string[]>> = {
  fp32: [''],
  fp16: ['_fp16'],
  q8: ['_quantized', '_int8', '_uint8'],
}

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
