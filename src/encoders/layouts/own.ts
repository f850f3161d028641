import { join } from 'node:path'
import { z } from 'zod'
import { errors } from '../../errors.js'
import type { Manifest, ModelFolder, TowerGraph } from '../manifest.js'
import {
  encoderId,
  findAdapterFile,
  hashModelFiles,
  isInside,
  readModelJson,
  rgb,
  weightFiles,
} from './files.js'

/** A tower on a server, in the place of `file`. */
const remote = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  model: z.string().min(1),
  version: z.string().min(1),
  maxBatch: z.int().min(1).max(1024).default(32),
  requestsAtOnce: z.int().min(1).max(64).default(4),
})

const ownFile = z.string().refine(isInside, 'must be in the folder')

/** A tower is a file, or on a server. */
const hasOneSource = ({ file, remote }: { file?: unknown; remote?: unknown }): boolean =>
  (file === undefined) !== (remote === undefined)
const eitherSource = 'must be given, or `remote` instead of it'

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
      file: ownFile.optional(),
      remote: remote.optional(),
      input: z.string(),
      /** The input for the adapters' scale; missing for an encoder without adapters. */
      adapterScaleInput: z.string().optional(),
      output: z.string(),
    }),
    text: z.object({
      file: ownFile.optional(),
      remote: remote.optional(),
      input: z.string(),
      output: z.string(),
    }),
    adapter: z.object({ bottleneck: z.int().positive(), scale: z.number().positive() }).nullish(),
  })
  .refine(({ adapter, vision }) => !adapter || vision.adapterScaleInput !== undefined, {
    path: ['vision', 'adapterScaleInput'],
    error: 'is required with an adapter',
  })
  .refine(({ vision }) => hasOneSource(vision), { path: ['vision', 'file'], error: eitherSource })
  .refine(({ text }) => hasOneSource(text), { path: ['text', 'file'], error: eitherSource })
  .refine(({ adapter, vision }) => !adapter || vision.file !== undefined, {
    path: ['adapter'],
    error: 'needs the graph of the image tower in a file',
  })

export const ownManifestFile = 'model.json'

/** Reads a folder with a `model.json`. Throws INVALID_MODEL with the file that is missing or malformed. */
export async function readOwnLayout(folder: string): Promise<Omit<ModelFolder, 'copies'>> {
  const { value, bytes } = await readModelJson(join(folder, ownManifestFile), ownSchema)
  const { resize: _, adapter, vision, text, ...rest } = value
  const attached = await findAdapterFile(folder)
  if (attached && vision.remote) {
    const reason = 'its image tower runs on a server, so no adapter can be attached'
    throw errors.invalidModel({ file: join(folder, attached.file), reason })
  }
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
    vision: { ...towerOf(vision), scaleInput: vision.adapterScaleInput },
    text: towerOf(text),
    adapter: attached ?? (adapter ? { scale: adapter.scale } : null),
  }
  const weights = await weightFiles(
    folder,
    [vision.file, text.file].filter((file) => file !== undefined),
  )
  const files = [...weights, value.tokenizer, ...(attached ? [attached.file] : [])]
  return {
    folder,
    manifest,
    ...(await hashModelFiles(folder, files, { known: { [ownManifestFile]: bytes } })),
  }
}

function towerOf({ file, remote: endpoint, input, output }: z.infer<typeof ownSchema>['text']): TowerGraph {
  const ports = { input, outputs: [output] }
  if (endpoint) return { ...ports, endpoint }
  return { ...ports, file: file ?? '' }
}
