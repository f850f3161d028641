import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { errors, reasonOf, systemCodeOf } from '../../errors.js'

/** The file beside a model's own that attaches an adapter to it. */
export const adapterFile = 'adapter.safetensors'

export const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

/** The adapter file of a model folder, relative to it, where there is one. */
export const adapterIn = async (folder: string): Promise<{ file: string } | null> =>
  (await exists(join(folder, adapterFile))) ? { file: adapterFile } : null

/** A file's bytes. Throws INVALID_MODEL where it is missing or cannot be read. */
export async function readModelFile(file: string): Promise<Buffer> {
  return readFile(file).catch((error: unknown) => {
    throw unreadable(file, error)
  })
}

/** What identifies a model by its contents. */
export interface ComparisonContents {
  /** Sixteen hexadecimal digits of all that decides an encoder's features. */
  readonly fingerprint: string
  /** The SHA-256 of every file read, in hexadecimal. */
  readonly files: Readonly<Record<string, string>>
}

/**
 * Hashes what was read of a model and the files `names` of its folder, in that order; `known` are files read already.
 * Throws INVALID_MODEL with the file that cannot be read.
 */
export async function comparisonFingerprint(
  folder: string,
  names: readonly string[],
  {
    known = {},
    decisive = Object.values(known),
  }: {
    readonly known?: Readonly<Record<string, Uint8Array>>
    readonly decisive?: readonly Uint8Array[]
  },
): Promise<ComparisonContents> {
  const whole = createHash('sha256')
  for (const bytes of decisive) whole.update(bytes)
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
        whole.update(chunk)
      }
    } catch (error) {
      throw unreadable(file, error)
    }
    files[name] = own.digest('hex')
  }
  return { fingerprint: whole.digest('hex').slice(0, 16), files }
}

function unreadable(file: string, error: unknown): Error {
  const missing = systemCodeOf(error) === 'ENOENT'
  return errors.invalidModel({ file, reason: missing ? 'it does not exist' : reasonOf(error) })
}

/** A JSON file of that shape, with its bytes. Throws INVALID_MODEL with the file and what is wrong with it. */
export async function readModelJson<T>(
  file: string,
  schema: z.ZodType<T>,
): Promise<{ value: T; bytes: Buffer }> {
  const bytes = await readModelFile(file)
  let json: unknown
  try {
    json = JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw errors.invalidModel({ file, reason: `it is not JSON (${reasonOf(error)})` })
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) throw errors.invalidModel({ file, reason: z.prettifyError(parsed.error) })
  return { value: parsed.data, bytes }
}

/** The same where the file is there; undefined where it is not. */
export async function readOptionalJson<T>(file: string, schema: z.ZodType<T>) {
  return (await exists(file)) ? readModelJson(file, schema) : undefined
}

export const rgb = z.tuple([z.number(), z.number(), z.number()])
export const encoderId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*$/i, 'must be letters, digits, dots, dashes and underscores')
