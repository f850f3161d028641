import { z } from 'zod'
import { errors } from '../errors.js'
import { checkGrids, defineMethod, type Method } from '../methods/contract.js'
import type { FeatureSpace } from '../spaces/contract.js'
import { dashes, markers } from '../spaces/line-style.js'
import type { Origin } from '../spaces/origin.js'

/** A plugin: the default export of its module, or what a function that is its default export returns. */
export interface Plugin {
  readonly name: string
  readonly methods?: readonly Method[]
  readonly spaces?: readonly FeatureSpace[]
  /** Set when it is loaded from a file. */
  readonly origin?: Origin
}

const callable = z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function')

const hyperparameterSchema = z.object({
  kind: z.enum(['weight', 'shape']),
  default: z.number(),
  grid: z.array(z.number()).min(1),
  whole: z.boolean().optional(),
  summary: z.string(),
})

/** The names in a closed list. */
const namesOf = <Name extends string>(list: Readonly<Record<Name, unknown>>) => Object.keys(list) as Name[]

const hexColor = z.string().regex(/^#[0-9a-f]{6}$/i, 'must be a hex colour such as #0b57d0')

const colorSchema = z.object({ light: hexColor, dark: hexColor })

const termSchema = z.object({
  name: z.string().min(1),
  summary: z.string(),
  formula: z.string().optional(),
  color: colorSchema.optional(),
  weight: z.string().nullable(),
  shapes: z.array(z.string()),
  usesTexts: z.boolean(),
  usesKeys: z.boolean(),
  ranges: callable.optional(),
  logits: callable,
})

const paperSchema = z.object({ title: z.string(), url: z.url() })

const methodSchema = z
  .object({
    id: z.string().regex(/^[a-z0-9][a-z0-9+._-]*$/, 'must be lower case letters, digits and + . _ -'),
    name: z.string().min(1),
    aliases: z.array(z.string()).optional(),
    summary: z.string(),
    paper: paperSchema.optional(),
    color: colorSchema.optional(),
    space: z.string().nullable(),
    spaces: z.array(z.string()).optional(),
    needs: z.array(z.enum(['prompts', 'projected-texts', 'patches'])).optional(),
    transductive: z.object({ alone: z.string().min(1) }).optional(),
    hyperparameters: z.record(z.string(), hyperparameterSchema),
    terms: z.array(termSchema).min(1).optional(),
    formula: z.string().optional(),
    score: callable.optional(),
  })
  .refine(
    ({ terms, score }) => (terms === undefined) !== (score === undefined),
    'must have either terms or score',
  )

const spaceSchema = z.object({
  id: z.string().regex(/^[a-z0-9][a-z0-9+._:@-]*$/, 'must be lower case letters, digits and + . _ : @ -'),
  name: z.string().min(1),
  summary: z.string(),
  formula: z.string().optional(),
  paper: paperSchema.optional(),
  marker: z.enum(namesOf(markers)).optional(),
  dash: z.enum(namesOf(dashes)).optional(),
  base: z.string().min(1),
  trained: z.boolean(),
  usesTexts: z.boolean().optional(),
  usesGeneric: z.boolean().optional(),
  hyperparameters: z.record(z.string(), hyperparameterSchema.extend({ kind: z.literal('shape') })).optional(),
  fit: callable.optional(),
})

/** A misspelt list, such as `method`, would leave out what is in it. */
const pluginSchema = z.strictObject({
  name: z.string().min(1),
  methods: z.array(methodSchema).optional(),
  spaces: z.array(spaceSchema).optional(),
})

/** Checks a value that should be a plugin. Throws INVALID_PLUGIN with all that is wrong. */
export function parsePlugin(value: unknown, from: string): Plugin {
  const parsed = pluginSchema.safeParse(value)
  if (!parsed.success) {
    throw errors.invalidPlugin({ plugin: from, reason: `it is malformed:\n${z.prettifyError(parsed.error)}` })
  }
  // The schema checked everything except the types of functions.
  const plugin = value as Plugin
  for (const method of plugin.methods ?? []) defineMethod(method)
  for (const space of plugin.spaces ?? []) checkGrids(`space ${space.id}`, space.hyperparameters ?? {})
  return plugin
}
