import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { errors } from './errors.js'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** A number in an environment variable. */
const number = (least: number, most: number) =>
  z
    .string()
    .refine((text) => text.trim() !== '' && Number.isInteger(Number(text)), 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be from ${least} to ${most}`)

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)

/** The environment variables that Shotboard reads, with their defaults. */
const environmentSchema = z.object({
  PORT: number(0, 65_535).default(4000),
  HOST: z.string().min(1).default('127.0.0.1'),
  SHOTBOARD_DATA_DIR: z.string().min(1).default('./.shotboard'),
  DATABASE_URL: z
    .string()
    .regex(/^(file:|postgres:\/\/|postgresql:\/\/)./, 'must start with file:, postgres:// or postgresql://')
    .optional(),
  SHOTBOARD_MODELS_DIR: z.string().min(1).default(here('../models')),
  SHOTBOARD_ENCODER: z.string().min(1).default('mini-clip'),
  SHOTBOARD_PLUGINS: list.default([]),
  SHOTBOARD_DEMO: z.enum(['on', 'off'], 'must be on or off').default('on'),
  SHOTBOARD_MAX_REQUEST_MB: number(1, 10_000).default(64),
  SHOTBOARD_MAX_MEGAPIXELS: number(1, 10_000).default(64),
  SHOTBOARD_LOG_LEVEL: z
    .enum(['silent', 'error', 'warn', 'info', 'debug'], 'must be silent, error, warn, info or debug')
    .default('warn'),
})

export interface Settings {
  readonly port: number
  readonly host: string
  readonly dataDirectory: string
  readonly databaseUrl: string
  readonly modelsDirectory: string
  readonly encoder: string
  readonly plugins: readonly string[]
  readonly demo: boolean
  readonly maxRequestMegabytes: number
  readonly maxMegapixels: number
  readonly logLevel: string
}

/** Settings from environment variables. Throws INVALID_SETTINGS with every mistake at once. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const parsed = environmentSchema.safeParse(environment)
  if (!parsed.success) {
    throw errors.invalidSettings({
      mistakes: parsed.error.issues.map(({ path, message }) => {
        const name = path.join('.')
        // A database's address may hold a password.
        const value = name === 'DATABASE_URL' ? '…' : environment[name]
        return `${name}=${value}: ${message}`
      }),
    })
  }
  const values = parsed.data
  const dataDirectory = resolve(values.SHOTBOARD_DATA_DIR)
  return {
    port: values.PORT,
    host: values.HOST,
    dataDirectory,
    databaseUrl: values.DATABASE_URL ?? fileUrl(join(dataDirectory, 'shotboard.db')),
    modelsDirectory: resolve(values.SHOTBOARD_MODELS_DIR),
    encoder: values.SHOTBOARD_ENCODER,
    plugins: values.SHOTBOARD_PLUGINS,
    demo: values.SHOTBOARD_DEMO === 'on',
    maxRequestMegabytes: values.SHOTBOARD_MAX_REQUEST_MB,
    maxMegapixels: values.SHOTBOARD_MAX_MEGAPIXELS,
    logLevel: values.SHOTBOARD_LOG_LEVEL,
  }
}

/** In a URL some characters of a path mean something else. */
const fileUrl = (path: string): string => `file:${encodeURI(path).replace(/[?#]/g, encodeURIComponent)}`
