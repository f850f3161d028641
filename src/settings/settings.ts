import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { errors, reasonOf, systemCodeOf } from '../errors.js'
import { settingsSchema } from './schema.js'
import { descriptions, type SettingDescription } from './setting.js'

/** All settings, each with its value: `src/settings/schema.ts` says what they are. */
export type Settings = Readonly<Omit<z.output<typeof settingsSchema>, 'databaseUrl'>> & {
  readonly databaseUrl: string
}

/** What one request may ask for. */
export type Limits = Pick<Settings, 'maxPageSize' | 'maxImagesPerRequest'>

/** The variable with the key that commands show to a service; no setting of a service's own. */
export const keyVariable = 'SHOTBOARD_API_KEY'

export type Environment = Readonly<Record<string, string | undefined>>

/** The variable that names the configuration file, and the file that is read where there is one. */
export const fileVariable = 'SHOTBOARD_CONFIG'
export const defaultFile = 'shotboard.config.json'

/**
 * Settings from environment variables, and from the configuration file where they say nothing. Throws INVALID_SETTINGS
 * with every mistake at once, in the environment and in the file, names that are no setting's among them.
 */
export function readSettings(environment: Environment): Settings {
  const file = readSettingsFile(environment)
  const given = { ...file.values, ...fromEnvironment(environment) }
  const parsed = settingsSchema.safeParse(given)
  const mistakes = [
    ...file.mistakes,
    ...unknownVariables(environment),
    ...(parsed.error?.issues ?? []).flatMap((issue) => describeIssue(issue, environment, file)),
  ]
  if (!parsed.success || mistakes.length > 0) throw errors.invalidSettings({ mistakes })
  const { databaseUrl, ...values } = parsed.data
  return { ...values, databaseUrl: databaseUrl ?? fileUrl(join(values.dataDirectory, 'shotboard.db')) }
}

/** What is known of every setting, by its key. */
export const describeSettings = (): [key: string, SettingDescription][] =>
  Object.entries(settingsSchema.shape).map(([key, schema]) => [key, describe(schema)])

export function describe(schema: z.ZodType): SettingDescription {
  const description = descriptions.get(schema)
  if (!description) throw new Error('A setting must be made by `setting` or `optionalSetting`.')
  return description
}

function fromEnvironment(environment: Environment): Record<string, unknown> {
  return Object.fromEntries(
    describeSettings().flatMap(([key, { variable, fromText }]) => {
      const value = environment[variable]
      return value === undefined ? [] : [[key, fromText(value)]]
    }),
  )
}

interface SettingsFile {
  readonly path: string
  readonly values: Readonly<Record<string, unknown>>
  readonly mistakes: readonly string[]
}

/** The configuration file's values. It may be missing unless it is named. */
function readSettingsFile(environment: Environment): SettingsFile {
  const named = environment[fileVariable]
  const path = resolve(named ?? defaultFile)
  try {
    const values = z.record(z.string(), z.unknown()).safeParse(JSON.parse(readFileSync(path, 'utf8')))
    if (values.success) return { path, values: values.data, mistakes: [] }
    return { path, values: {}, mistakes: [`${path}: must be an object of settings`] }
  } catch (error) {
    const absent = systemCodeOf(error) === 'ENOENT'
    if (absent && named === undefined) return { path, values: {}, mistakes: [] }
    return { path, values: {}, mistakes: [`${path}: ${absent ? 'is not there' : reasonOf(error)}`] }
  }
}

/** Variables that look like ours and are none: a slip of the pen would otherwise go unnoticed. */
function unknownVariables(environment: Environment): string[] {
  const known = new Set([
    fileVariable,
    keyVariable,
    ...describeSettings().map(([, { variable }]) => variable),
  ])
  return Object.keys(environment)
    .filter((name) => name.startsWith('SHOTBOARD_') && !known.has(name))
    .map((name) => `${name}: is no setting`)
}

function describeIssue(issue: z.core.$ZodIssue, environment: Environment, { path }: SettingsFile): string[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${key} in ${path}: is no setting`)
  const [key] = issue.path
  const description = describeSettings().find(([name]) => name === key)?.[1]
  const value = description && environment[description.variable]
  const place = value === undefined ? `${String(key)} in ${path}` : description?.variable
  const shown = value === undefined ? '' : `=${description?.secret ? '…' : value}`
  return [`${place}${shown}: ${issue.message}`]
}

/** In a URL some characters of a path mean something else. */
const fileUrl = (path: string): string => `file:${encodeURI(path).replace(/[?#]/g, encodeURIComponent)}`
