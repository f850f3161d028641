import { join } from 'node:path'
import { z } from 'zod'
import type { Manifest, ModelFolder } from '../manifest.js'
import {
  encoderId,
  findAdapterFile,
  hashModelFiles,
  isInside,
  readModelJson,
  rgb,
  weightFiles,
} from './files.js'

const ownFile = z.string().refine(isInside, 'must be in the folder')

/** The manifest `model.json` of Shotboard's own layout. */
const ownSchema = z
  .object({
    id: encoderId,
    name: z.string().min(1),
    dimensions: z.int().positive(),
    imageSize: z.int().positive(),
    mean: rgb,
    std: rgb,
    resize: z.literal('bicubic, shorter side to imageSize, then centre crop'),
    logitScale: z.number().positive(),
    contextLength: z.int().min(3),
    padToken: z.int().nonnegative(),
    endOfTextToken: z.int().nonnegative(),
    tokenizer: ownFile,
    vision: z.object({
      file: ownFile,
      input: z.string(),
      /** The input for the adapters' scale; missing for an encoder without adapters. */
      adapterScaleInput: z.string().optional(),
      output: z.string(),
    }),
    text: z.object({ file: ownFile, input: z.string(), output: z.string() }),
    adapter: z.object({ bottleneck: z.int().positive(), scale: z.number().positive() }).nullish(),
  })
  .refine(({ adapter, vision }) => !adapter || vision.adapterScaleInput !== undefined, {
    path: ['vision', 'adapterScaleInput'],
    error: 'is required with an adapter',
  })

export const ownManifestFile = 'model.json'

/** Reads a folder with a `model.json`. Throws INVALID_MODEL with the file that is missing or malformed. */
export async function readOwnLayout(folder: string): Promise<Omit<ModelFolder, 'copies'>> {
  const { value, bytes } = await readModelJson(join(folder, ownManifestFile), ownSchema)
  const { resize: _, adapter, vision, text, ...rest } = value
  const attached = await findAdapterFile(folder)
  const manifest: Manifest = {
    ...rest,
    filter: 'bicubic',
    shorterSide: value.imageSize,
    centre: 'even',
    rescale: 1 / 255,
    padding: 'longest',
    cleaning: 'none',
    logitBias: null,
    colours: 'managed',
    precision: 'fp32',
    vision: {
      file: vision.file,
      input: vision.input,
      outputs: [vision.output],
      scaleInput: vision.adapterScaleInput,
    },
    text: { file: text.file, input: text.input, outputs: [text.output] },
    adapter: attached ?? (adapter ? { scale: adapter.scale } : null),
  }
  const weights = await weightFiles(folder, [vision.file, text.file])
  const files = [...weights, value.tokenizer, ...(attached ? [attached.file] : [])]
  return {
    folder,
    manifest,
    ...(await hashModelFiles(folder, files, { known: { [ownManifestFile]: bytes } })),
  }
}
