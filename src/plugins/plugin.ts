import { z } from 'zod'
import { errors, reasonOf, ShotboardError } from '../errors.js'
import { faultOfGrids, faultOfMethod, type Method } from '../methods/contract.js'
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

const callable = z.custom<(...args: never[]) => unknown>(
  (value) => typeof value === 'function',
  'must be a function',
)

/** Text that says something, in one line. */
const line = z
  .string()
  .max(500)
  .regex(/^[^\p{Cc}]*\S[^\p{Cc}]*$/u, 'must be a line of text')

/** Of a search, and of what the API lists. */
const maxGrid = 100_000

const hyperparameterSchema = z.strictObject({
  kind: z.enum(['weight', 'shape']),
  default: z.number(),
  grid: z
    .custom<readonly unknown[]>((grid) => !Array.isArray(grid) || grid.length <= maxGrid, {
      error: ({ input }) =>
        `must have at most ${maxGrid} values, not ${(input as readonly unknown[]).length}`,
      abort: true,
    })
    .pipe(z.array(z.number()).min(1)),
  whole: z.boolean().optional(),
  summary: z.string(),
})

/** Whether no object has a property of this name by itself, such as `constructor`. */
const isOwnName = (name: string): boolean => !(name in {})

/** Hyperparameters by their names in requests and results. */
const hyperparametersOf = <H extends z.ZodType>(hyperparameter: H) =>
  z.record(z.string(), hyperparameter).superRefine((given, context) => {
    for (const name of Object.keys(given)) {
      if (/^\p{L}[\p{L}\p{N}_-]{0,99}$/u.test(name) && isOwnName(name)) continue
      const message =
        'must have a name of at most 100 letters, digits, _ and -, and none that every object has'
      context.addIssue({ code: 'custom', path: [name], message })
    }
  })

/** The names in a closed list. */
const namesOf = <Name extends string>(list: Readonly<Record<Name, unknown>>) => Object.keys(list) as Name[]

const hexColor = z.string().regex(/^#[0-9a-f]{6}$/i, 'must be a hex colour such as #0b57d0')

const colorSchema = z.strictObject({ light: hexColor, dark: hexColor })

const termSchema = z.strictObject({
  name: line.refine(isOwnName, 'must be another name, since every object has this one'),
  summary: z.string(),
  formula: z.string().optional(),
  color: colorSchema.optional(),
  weight: z.string().nullable(),
  shapes: z.array(z.string()),
  usesTexts: z.boolean(),
  usesKeys: z.boolean(),
  ranges: callable.optional(),
  logits: callable,
  graph: callable.optional(),
})

const paperSchema = z.strictObject({
  title: z.string(),
  url: z.url({ protocol: /^https?$/, error: 'must be an address with https or http' }),
})

const methodSchema = z
  .strictObject({
    id: z
      .string()
      .max(100)
      .regex(/^[a-z0-9][a-z0-9+._-]*$/, 'must be lower case letters, digits and + . _ -'),
    name: line,
    aliases: z.array(line).optional(),
    summary: z.string(),
    paper: paperSchema.optional(),
    color: colorSchema.optional(),
    space: z.string().nullable(),
    spaces: z.array(z.string()).optional(),
    variantOf: z.string().optional(),
    needs: z.array(z.enum(['prompts', 'projected-texts', 'patches'])).optional(),
    transductive: z.strictObject({ alone: line }).optional(),
    hyperparameters: hyperparametersOf(hyperparameterSchema),
    terms: z.array(termSchema).min(1).optional(),
    formula: z.string().optional(),
    score: callable.optional(),
    graph: callable.optional(),
    usesTexts: z.boolean().optional(),
  })
  .refine(
    ({ terms, score }) => (terms === undefined) !== (score === undefined),
    'must have either terms or score',
  )
  .refine(({ score, usesTexts }) => score === undefined || usesTexts !== undefined, {
    path: ['usesTexts'],
    error: 'must be true or false in a method with score',
  })
  .refine(({ terms, graph }) => terms === undefined || graph === undefined, {
    path: ['graph'],
    error: 'belongs to each of the terms, in a method with terms',
  })

const spaceSchema = z
  .strictObject({
    id: z
      .string()
      .max(100)
      .regex(/^[a-z0-9][a-z0-9+._:@-]*$/, 'must be lower case letters, digits and + . _ : @ -')
      .refine((id) => !id.startsWith('imo:'), 'must not begin with imo:, as the spaces of added adapters do'),
    name: line,
    summary: z.string(),
    formula: z.string().optional(),
    paper: paperSchema.optional(),
    marker: z.enum(namesOf(markers)).optional(),
    dash: z.enum(namesOf(dashes)).optional(),
    base: z.string().regex(/^(clip|imo(:.+)?)$/, 'must be clip, or imo with the adapters on'),
    trained: z.boolean(),
    usesTexts: z.boolean().optional(),
    usesGeneric: z.boolean().optional(),
    hyperparameters: hyperparametersOf(hyperparameterSchema.extend({ kind: z.literal('shape') })).optional(),
    fit: callable.optional(),
  })
  .refine(
    ({ fit, hyperparameters = {}, usesTexts, usesGeneric }) =>
      fit !== undefined || (Object.keys(hyperparameters).length === 0 && !usesTexts && !usesGeneric),
    {
      path: ['fit'],
      error: 'is missing, and only it reads hyperparameters, texts and the generic covariance',
    },
  )

/** A misspelt list, such as `method`, would leave out what is in it. */
const pluginSchema = z.strictObject({
  name: line,
  methods: z.array(methodSchema).optional(),
  spaces: z.array(spaceSchema).optional(),
})

/**
 * Checks a value that should be a plugin, and takes what it declares as it is now: what the plugin does to its own objects later
 * changes nothing. Throws INVALID_PLUGIN with all that is wrong.
 */
export function parsePlugin(value: unknown, from: string): Plugin {
  const invalid = (reason: string) => errors.invalidPlugin({ plugin: from, reason })
  let plugin: Plugin
  try {
    const parsed = pluginSchema.safeParse(value)
    if (!parsed.success) throw invalid(`it is malformed:\n${z.prettifyError(parsed.error)}`)
    plugin = frozen(withReceivers(parsed.data, value as typeof parsed.data)) as unknown as Plugin
  } catch (error) {
    // What it declares may be computed when it is read.
    throw error instanceof ShotboardError ? error : invalid(reasonOf(error))
  }
  for (const method of plugin.methods ?? []) {
    const fault = faultOfMethod(method) ?? faultOfUse(method)
    if (fault !== undefined) throw invalid(`in its method ${method.id}, ${fault}`)
  }
  for (const { id, hyperparameters = {} } of plugin.spaces ?? []) {
    const fault = faultOfGrids(hyperparameters)
    if (fault !== undefined) throw invalid(`in its space ${id}, ${fault}`)
  }
  return plugin
}

/** What is wrong if no term uses a hyperparameter: the search would try its values for nothing. */
function faultOfUse({ hyperparameters, terms }: Method): string | undefined {
  if (!terms) return undefined
  const used = new Set(
    terms.flatMap(({ weight, shapes }) => (weight === null ? shapes : [weight, ...shapes])),
  )
  const unused = Object.keys(hyperparameters).find((name) => !used.has(name))
  return unused === undefined
    ? undefined
    : `none of the terms has ${unused} as its weight, or among its shapes`
}

type Parsed = z.infer<typeof pluginSchema>

/** The same, where functions of an object with a class of its own are called on that object. */
const withReceivers = (parsed: Parsed, { methods, spaces }: Parsed): Parsed => ({
  ...parsed,
  ...(parsed.methods && {
    methods: parsed.methods.map((method, i) => ({
      ...bound(method, methods?.[i]),
      ...(method.terms && {
        terms: method.terms.map((term, t) => bound(term, methods?.[i]?.terms?.[t])),
      }),
    })),
  }),
  ...(parsed.spaces && { spaces: parsed.spaces.map((space, i) => bound(space, spaces?.[i])) }),
})

function bound<T extends object>(parsed: T, given: object | undefined): T {
  if (given === undefined || Object.getPrototypeOf(given) === Object.prototype) return parsed
  const entries = Object.entries(parsed).map(([name, value]) => {
    if (typeof value !== 'function') return [name, value]
    // Its text tells its version, where there is no file.
    return [name, Object.assign(value.bind(given), { toString: () => String(value) })]
  })
  return Object.fromEntries(entries)
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const each of Object.values(value)) frozen(each)
  return Object.freeze(value)
}
