import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { errors, reasonOf, systemCodeOf } from '../errors.js'
import { settingsSchema } from './schema.js'
import { descriptions, type SettingDescription } from './setting.js'

/** The values of all settings. `src/settings/schema.ts` describes them. */
export type Settings = Readonly<Omit<z.output<typeof settingsSchema>, 'databaseUrl'>> & {
  readonly databaseUrl: string
}

/** The limits that the schema needs. */
export type Limits = Pick<Settings, 'maxPageSize' | 'maxListSize' | 'maxImagesPerRequest'>

/** The variable with the key that commands send to a service. It is not a setting of the service. */
export const keyVariable = 'SHOTBOARD_API_KEY'

export type Environment = Readonly<Record<string, string | undefined>>

/** The variable with the path of the configuration file. */
export const fileVariable = 'SHOTBOARD_CONFIG'
/** The configuration file that is read by default, if it exists. */
export const defaultFile = 'shotboard.config.json'

/**
 * Reads the settings from environment variables, and from the configuration file for variables that are not set. Throws
 * INVALID_SETTINGS with all mistakes in both of them, including unknown names.
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

/** The description of each setting, by its key. */
export const describeSettings = (): [key: string, SettingDescription][] =>
  Object.entries(settingsSchema.shape).map(([key, schema]) => [key, describe(schema)])

/** The description of a setting. Throws an error for another schema. */
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

/** Reads the configuration file. Only a file that is named in the environment must exist. */
function readSettingsFile(environment: Environment): SettingsFile {
  const named = environment[fileVariable]
  const path = resolve(named ?? defaultFile)
  try {
    const values = z.record(z.string(), z.unknown()).safeParse(JSON.parse(readFileSync(path, 'utf8')))
    if (values.success) return { path, values: values.data, mistakes: [] }
    return { path, values: {}, mistakes: [`${path}: must be an object of settings`] }
  } catch (error) {
    const isMissing = systemCodeOf(error) === 'ENOENT'
    if (isMissing && named === undefined) return { path, values: {}, mistakes: [] }
    return { path, values: {}, mistakes: [`${path}: ${isMissing ? 'does not exist' : reasonOf(error)}`] }
  }
}

/** Variables with our prefix that are not settings. Without this check, a typo would go unnoticed. */
function unknownVariables(environment: Environment): string[] {
  const known = new Set([
    fileVariable,
    keyVariable,
    ...describeSettings().map(([, { variable }]) => variable),
  ])
  return Object.keys(environment)
    .filter((name) => name.startsWith('SHOTBOARD_') && !known.has(name))
    .map((name) => `${name}: is not a setting`)
}

function describeIssue(issue: z.core.$ZodIssue, environment: Environment, { path }: SettingsFile): string[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${key} in ${path}: is not a setting`)
  const [key] = issue.path
  const description = describeSettings().find(([name]) => name === key)?.[1]
  const value = description && environment[description.variable]
  const place = value === undefined ? `${String(key)} in ${path}` : description?.variable
  const shown = value === undefined ? '' : `=${description?.secret ? '…' : value}`
  return [`${place}${shown}: ${issue.message}`]
}

/** A file URL; characters with a meaning in URLs are encoded. */
const fileUrl = (path: string): string => `file:${encodeURI(path).replace(/[?#]/g, encodeURIComponent)}`
