import { resolve } from 'node:path'
import { z } from 'zod'

/** What is known of a setting beside its type: messages and `docs/configuration.md` are made from it. */
export interface About {
  /** The environment variable that sets it. Its key in the configuration file is its name in the schema. */
  readonly variable: string
  /** One line for whoever runs Shotboard. */
  readonly description: string
  readonly unit?: string
  /** The default in words, where it is no plain value. */
  readonly defaultText?: string
  /** Its value is never repeated: it may hold a password. */
  readonly secret?: boolean
}

/** What a value may be, and how it is written in an environment variable. */
interface Kind<T> {
  readonly schema: z.ZodType<T>
  /** What it may be, in words. */
  readonly range: string
  /** The text of an environment variable as the configuration file would have it. */
  readonly fromText: (text: string) => unknown
}

export type SettingDescription = About &
  Pick<Kind<unknown>, 'range' | 'fromText'> & { readonly default: unknown }

/** What is known of each setting, by its schema. */
export const descriptions = z.registry<SettingDescription>()

/** A setting with a default, which is read as a given value would be. */
export function setting<T>(kind: Kind<T>, fallback: T, about: About) {
  const { range, fromText } = kind
  const schema = kind.schema.prefault(fallback)
  return schema.register(descriptions, { ...about, range, fromText, default: fallback })
}

/** A setting that has no value unless it is given one. */
export function optionalSetting<T>(kind: Kind<T>, about: About) {
  const { range, fromText } = kind
  return kind.schema.optional().register(descriptions, { ...about, range, fromText, default: undefined })
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
  fromText: asItIs,
})

/** A folder; a relative one counts from where Shotboard is started. */
export const folder = (): Kind<string> => ({
  schema: text().schema.transform((path) => resolve(path)),
  range: 'a folder',
  fromText: asItIs,
})

export const matching = (pattern: RegExp, range: string): Kind<string> => ({
  schema: z.string({ error: `must be ${range}` }).regex(pattern, { error: `must be ${range}` }),
  range,
  fromText: asItIs,
})

export const oneOf = <const T extends string>(...values: readonly T[]): Kind<T> => ({
  schema: z.enum(values, { error: `must be one of ${values.join(', ')}` }),
  range: values.join(', '),
  fromText: asItIs,
})

/** `on` or `off` in an environment variable, `true` or `false` in the file. */
export const onOff = (): Kind<boolean> => ({
  schema: z.boolean({ error: 'must be on or off (in the file: true or false)' }),
  range: 'on, off',
  fromText: (text) => (text === 'on' ? true : text === 'off' ? false : text),
})

/** Separated by commas in an environment variable, an array in the file. */
export const listOf = (item: Kind<string>): Kind<readonly string[]> => ({
  schema: z.array(item.schema, { error: 'must be a list' }),
  range: `a list: ${item.range}`,
  fromText: (text) =>
    text
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== ''),
})

const asItIs = (text: string): string => text
