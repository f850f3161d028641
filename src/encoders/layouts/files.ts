import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, readFile } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { z } from 'zod'
import { errors, reasonOf, systemCodeOf } from '../../errors.js'
import { parseJson } from '../../system/parse-json.js'
import { externalFiles } from '../../tensor/onnx/read-graph.js'

/** A file in a model folder whose adapter is attached to the model. */
export const adapterFile = 'adapter.safetensors'

export const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

/** The adapter file of a model folder, relative to the folder; null if there is none. */
export const findAdapterFile = async (folder: string): Promise<{ file: string } | null> =>
  (await exists(join(folder, adapterFile))) ? { file: adapterFile } : null

/** Reads a file. Throws INVALID_MODEL if it is missing or unreadable. */
export async function readModelFile(file: string): Promise<Buffer> {
  return readFile(file).catch((error: unknown) => {
    throw unreadable(file, error)
  })
}

/** Whether a path relative to a folder stays in it. */
export const isInside = (path: string): boolean =>
  !posix.isAbsolute(path) && !/^\.\.(\/|$)/.test(posix.normalize(path))

/** The files of ONNX graphs and of the weights that they have in other files, relative to the folder. Throws INVALID_MODEL. */
export async function weightFiles(folder: string, graphs: readonly string[]): Promise<readonly string[]> {
  const files = new Set<string>()
  for (const graph of graphs) {
    files.add(graph)
    for (const location of await externalFiles(join(folder, graph))) {
      const file = posix.join(dirname(graph), location)
      if (!isInside(file)) {
        const reason = `its weights are in ${location}, outside the folder`
        throw errors.invalidModel({ file: join(folder, graph), reason })
      }
      files.add(file)
    }
  }
  return [...files]
}

/** Hashes that identify a model by its files. */
export interface ModelHashes {
  /** A hash of everything that decides the model's features: 16 hexadecimal digits. */
  readonly fingerprint: string
  /** The SHA-256 of each file, in hexadecimal. */
  readonly files: Readonly<Record<string, string>>
}

/**
 * Hashes the files `names` of a model's folder, and the files `known`, which have been read already. The fingerprint hashes
 * `decisive`, by default all of `known`, and then the files `names`. Throws INVALID_MODEL with the file that cannot be read.
 */
export async function hashModelFiles(
  folder: string,
  names: readonly string[],
  {
    known = {},
    decisive = Object.values(known),
  }: {
    readonly known?: Readonly<Record<string, Uint8Array>>
    readonly decisive?: readonly Uint8Array[]
  },
): Promise<ModelHashes> {
  const fingerprint = createHash('sha256')
  for (const bytes of decisive) fingerprint.update(bytes)
  const files: Record<string, string> = {}
  for (const [name, bytes] of Object.entries(known)) {
    files[name] = createHash('sha256').update(bytes).digest('hex')
  }
  for (const name of names) {
    const file = join(folder, name)
    const own = createHash('sha256')
    try {
      for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 })) {
        own.update(chunk)
        fingerprint.update(chunk)
      }
    } catch (error) {
      throw unreadable(file, error)
    }
    files[name] = own.digest('hex')
  }
  return { fingerprint: fingerprint.digest('hex').slice(0, 16), files }
}

function unreadable(file: string, error: unknown): Error {
  const missing = systemCodeOf(error) === 'ENOENT'
  return errors.invalidModel({ file, reason: missing ? 'it does not exist' : reasonOf(error) })
}

/**
 * Reads a JSON file and parses it with `schema`. A property that is null counts as absent: libraries write nulls for what they
 * leave to their defaults. Throws INVALID_MODEL with the file and the mistakes in it.
 */
export async function readModelJson<T>(
  file: string,
  schema: z.ZodType<T>,
): Promise<{ value: T; bytes: Buffer }> {
  const bytes = await readModelFile(file)
  let json: unknown
  try {
    json = withoutNulls(parseJson(bytes.toString('utf8')))
  } catch (error) {
    throw errors.invalidModel({ file, reason: `it is not JSON (${reasonOf(error)})` })
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) throw errors.invalidModel({ file, reason: z.prettifyError(parsed.error) })
  return { value: parsed.data, bytes }
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([, property]) => property !== null)
  return Object.fromEntries(kept.map(([name, property]) => [name, withoutNulls(property)]))
}

/** As `readModelJson`, but returns undefined if the file does not exist. */
export async function readOptionalJson<T>(file: string, schema: z.ZodType<T>) {
  return (await exists(file)) ? readModelJson(file, schema) : undefined
}

export const rgb = z.tuple([z.number(), z.number(), z.number()])

/** A number for each channel, or one for all. */
export const perChannel = rgb.or(z.number().transform((each) => [each, each, each] as const))

/** What each channel is divided by. */
export const divisors = perChannel.refine((all) => all.every((each) => each > 0), 'must be above 0')
export const encoderId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*$/i, 'must be letters, digits, dots, dashes and underscores')
