import { resolve } from 'node:path'
import { z } from 'zod'

/** Describes a setting, for messages and for `docs/configuration.md`. */
export interface SettingInfo {
  /** Its environment variable. Its key in the configuration file is its name in the schema. */
  readonly variable: string
  /** One line for operators. */
  readonly description: string
  readonly unit?: string
  /** The default in words, if it is not a plain value. */
  readonly defaultText?: string
  /** Whether its value may contain a password. It is then never shown. */
  readonly secret?: boolean
}

/** The type of a setting, and its format in an environment variable. */
interface Kind<T> {
  readonly schema: z.ZodType<T>
  /** The allowed values, in words. */
  readonly range: string
  /** Converts the text of an environment variable to the value that the configuration file would have. */
  readonly fromText: (text: string) => unknown
}

export type SettingDescription = SettingInfo &
  Pick<Kind<unknown>, 'range' | 'fromText'> & { readonly default: unknown }

/** Descriptions of settings, by their schemas. */
export const descriptions = z.registry<SettingDescription>()

/** A setting with a default. The default is parsed like any other value. */
export function setting<T>(kind: Kind<T>, fallback: T, info: SettingInfo) {
  const { range, fromText } = kind
  const schema = kind.schema.prefault(fallback)
  return schema.register(descriptions, { ...info, range, fromText, default: fallback })
}

/** A setting without a default. */
export function optionalSetting<T>(kind: Kind<T>, info: SettingInfo) {
  const { range, fromText } = kind
  return kind.schema.optional().register(descriptions, { ...info, range, fromText, default: undefined })
}

export function wholeNumber(from: number, to: number): Kind<number> {
  const range = `${from} to ${to}`
  const error = `must be a whole number from ${range}`
  return {
    schema: z.int({ error }).gte(from, { error }).lte(to, { error }),
    range,
    fromText: (text) => (text.trim() === '' ? text : Number(text)),
  }
}

export const text = (): Kind<string> => ({
  schema: z.string({ error: 'must be text' }).min(1, { error: 'must not be empty' }),
  range: 'text',
  fromText: unchanged,
})

/** A folder. A relative path starts at the working directory. */
export const folder = (): Kind<string> => ({
  schema: text().schema.transform((path) => resolve(path)),
  range: 'a folder',
  fromText: unchanged,
})

export const matching = (pattern: RegExp, range: string): Kind<string> => ({
  schema: z.string({ error: `must be ${range}` }).regex(pattern, { error: `must be ${range}` }),
  range,
  fromText: unchanged,
})

export const oneOf = <const T extends string>(...values: readonly T[]): Kind<T> => ({
  schema: z.enum(values, { error: `must be one of ${values.join(', ')}` }),
  range: values.join(', '),
  fromText: unchanged,
})

/** `on` or `off` in an environment variable, `true` or `false` in the configuration file. */
export const onOff = (): Kind<boolean> => ({
  schema: z.boolean({ error: 'must be on or off (in the file: true or false)' }),
  range: 'on, off',
  fromText: (text) => (text === 'on' ? true : text === 'off' ? false : text),
})

/** Separated by commas in an environment variable, an array in the configuration file. */
export const listOf = (item: Kind<string>): Kind<readonly string[]> => ({
  schema: z.array(item.schema, { error: 'must be a list' }),
  range: `a list: ${item.range}`,
  fromText: (text) =>
    text
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== ''),
})

const unchanged = (text: string): string => text
