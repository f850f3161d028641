import { basename, join } from 'node:path'
import type { Manifest, ModelFolder } from '../manifest.js'
import { addedFile, addedSchema } from './added.js'
import { exists, hashModelFiles, readModelJson, readOptionalJson, weightFiles } from './files.js'
import { logitsOf } from './logits.js'
import { openClipConfiguration, openClipModel, openClipPreprocessing, tokenizationOf } from './open-clip.js'
import { readTokenizer } from './tokenizer-files.js'

/** The files of the layout; each must be there. */
export const immichFiles = {
  configuration: 'config.json',
  vision: 'visual/model.onnx',
  preprocessing: 'visual/preprocess_cfg.json',
  text: 'textual/model.onnx',
  tokenizer: 'textual/tokenizer.json',
} as const

/** Whether a folder has both graphs where this layout has them. */
export const isImmichLayout = async (folder: string): Promise<boolean> =>
  (await exists(join(folder, immichFiles.vision))) || (await exists(join(folder, immichFiles.text)))

/**
 * Reads a folder in the layout of immich's models, which are exported from open_clip: `visual/` and `textual/` with a
 * `model.onnx` each, and open_clip's configuration in `config.json`. Throws INVALID_MODEL with the file that is missing or
 * malformed.
 */
export async function readImmichLayout(folder: string): Promise<Omit<ModelFolder, 'copies'>> {
  const { vision, text } = immichFiles
  const model = await readModelJson(join(folder, immichFiles.configuration), openClipModel)
  const preprocess = await readModelJson(join(folder, immichFiles.preprocessing), openClipPreprocessing)
  const tokenizer = await readTokenizer(join(folder, 'textual'), tokenizationOf(model.value))
  const added = await readOptionalJson(join(folder, addedFile), addedSchema)
  const { objective, ...configuration } = openClipConfiguration(model.value, preprocess.value)
  const id = added?.value.id ?? basename(folder)
  const manifest: Manifest = {
    ...configuration,
    ...tokenizer.tokenization,
    ...(await logitsOf(folder, objective, added?.value)),
    tokenizer: immichFiles.tokenizer,
    id,
    name: added?.value.name ?? id,
    precision: 'fp32',
    vision: { file: vision, input: 'image', outputs: ['embedding'] },
    text: { file: text, input: 'text', outputs: ['embedding'] },
    adapter: null,
  }
  const known = {
    [immichFiles.configuration]: model.bytes,
    [immichFiles.preprocessing]: preprocess.bytes,
    ...Object.fromEntries(Object.entries(tokenizer.read).map(([name, bytes]) => [`textual/${name}`, bytes])),
  }
  const hashes = await hashModelFiles(
    folder,
    [...(await weightFiles(folder, [vision, text])), manifest.tokenizer],
    {
      known,
      decisive: [
        ...Object.values(known),
        Buffer.from(JSON.stringify([manifest.logitScale, manifest.logitBias])),
      ],
    },
  )
  return { folder, manifest, ...hashes }
}
