import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { errors, reasonOf } from '../errors.js'

const rgb = z.tuple([z.number(), z.number(), z.number()])

/** `model.json`: all that Shotboard needs to know of an encoder beside its ONNX files and its tokenizer. */
const manifestSchema = z
  .object({
    id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/i, 'must be letters, digits, dots, dashes and underscores'),
    name: z.string().min(1),
    /** d: the length of a feature. */
    dimensions: z.int().positive(),
    /** The side of the square of pixels that the image tower takes. */
    imageSize: z.int().positive(),
    mean: rgb,
    std: rgb,
    resize: z.literal('bicubic, shorter side to imageSize, then centre crop'),
    /** What cosine similarities of images and texts are multiplied by to become logits. */
    logitScale: z.number().positive(),
    contextLength: z.int().min(3),
    padToken: z.int().nonnegative(),
    endOfTextToken: z.int().nonnegative(),
    tokenizer: z.string(),
    vision: z.object({
      file: z.string(),
      input: z.string(),
      /** The scalar input that scales the adapters' output; an encoder without adapters has none. */
      adapterScaleInput: z.string().optional(),
      output: z.string(),
    }),
    text: z.object({ file: z.string(), input: z.string(), output: z.string() }),
    adapter: z.object({ bottleneck: z.int().positive(), scale: z.number().positive() }).nullish(),
  })
  .refine(({ adapter, vision }) => !adapter || vision.adapterScaleInput !== undefined, {
    path: ['vision', 'adapterScaleInput'],
    error: 'must be given where there is an adapter',
  })

export type Manifest = z.infer<typeof manifestSchema>

/** A model folder whose manifest has been read and whose files have been found. */
export interface ModelFolder {
  readonly folder: string
  readonly manifest: Manifest
  /** Changes whenever the manifest or a model file does: features are stored under it. */
  readonly fingerprint: string
  /** The SHA-256 of every file, in hexadecimal. */
  readonly files: Readonly<Record<string, string>>
}

/**
 * Reads a model folder: `model.json` and the files it names.
 * Throws INVALID_MODEL with the file that is missing or malformed.
 */
export async function readModelFolder(folder: string): Promise<ModelFolder> {
  const file = join(folder, 'model.json')
  const text = await readModelFile(file)
  let json: unknown
  try {
    json = JSON.parse(text.toString('utf8'))
  } catch (error) {
    throw errors.invalidModel({ file, reason: `it is not JSON (${reasonOf(error)})` })
  }
  const parsed = manifestSchema.safeParse(json)
  if (!parsed.success) throw errors.invalidModel({ file, reason: z.prettifyError(parsed.error) })

  const manifest = parsed.data
  const hash = createHash('sha256').update(text)
  const files: Record<string, string> = { 'model.json': sha256(text) }
  for (const name of [manifest.vision.file, manifest.text.file, manifest.tokenizer]) {
    const bytes = await readModelFile(join(folder, name))
    hash.update(bytes)
    files[name] = sha256(bytes)
  }
  return { folder, manifest, fingerprint: hash.digest('hex').slice(0, 16), files }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function readModelFile(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw errors.invalidModel({ file, reason: missing ? 'it does not exist' : reasonOf(error) })
  }
}
