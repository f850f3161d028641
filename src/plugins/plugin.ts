import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { z } from 'zod'
import { errors, reasonOf } from '../errors.js'
import { checkGrids, defineMethod, type Method } from '../methods/contract.js'
import type { FeatureSpace } from '../spaces/contract.js'
import { dashes, markers } from '../spaces/line-style.js'
import { builtinName, type Origin } from '../spaces/origin.js'
import { hashModule, packageOf } from '../system/module-hash.js'
import { withTimeLimit } from '../system/time-limit.js'

/** Limits on the time of plugins. */
export interface PluginLimits {
  readonly pluginLoadSeconds: number
  readonly pluginCallSeconds: number
}

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
    needs: z.array(z.enum(['prompts', 'projected-texts'])).optional(),
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

const pluginSchema = z.object({
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

/**
 * Loads a plugin by the path of its module, relative to `directory`, or by the name of its package. Throws
 * INVALID_PLUGIN, naming the plugin, if it cannot be loaded, throws or is malformed.
 */
export async function loadPlugin(
  specifier: string,
  directory: string,
  { pluginLoadSeconds, pluginCallSeconds }: PluginLimits = { pluginLoadSeconds: 60, pluginCallSeconds: 600 },
): Promise<Plugin> {
  const invalid = (reason: string) => errors.invalidPlugin({ plugin: specifier, reason })
  let exported: unknown
  let code: { readonly file: string; readonly hash: string }
  try {
    const url = locate(specifier, directory)
    // The files are read before they run, so that the hash is not of a later version.
    const file = fileURLToPath(url)
    code = { file, hash: hashModule(file) }
    const load = async (): Promise<unknown> => {
      const module: { default?: unknown } = await import(url)
      return typeof module.default === 'function' ? module.default() : module.default
    }
    const late = () =>
      new Error(
        `it took longer than ${pluginLoadSeconds} s to load, the limit (SHOTBOARD_PLUGIN_LOAD_SECONDS)`,
      )
    exported = await withTimeLimit(load(), pluginLoadSeconds, late)
  } catch (error) {
    throw Object.assign(invalid(`${reasonOf(error)}${placeOf(error, specifier, directory)}`), {
      cause: error,
    })
  }
  if (exported === undefined) throw invalid('it has no default export')
  const plugin = parsePlugin(exported, specifier)
  if (plugin.name === builtinName) throw invalid(`only what is built in may have the name ${builtinName}`)
  const inPackage = packageOf(code.file)
  return {
    ...plugin,
    origin: {
      plugin: plugin.name,
      package: inPackage?.name ?? null,
      version: inPackage?.version ?? null,
      code: code.hash,
      secondsPerCall: pluginCallSeconds,
    },
  }
}

/** Where in the plugin's own files an error arose, as ` (own.mjs, line 3)`; empty if that is not known. */
function placeOf(error: unknown, specifier: string, directory: string): string {
  let file: string
  try {
    file = fileURLToPath(locate(specifier, directory))
  } catch {
    return ''
  }
  const folder = dirname(file)
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  // The stack of a syntax error does not say where it is; Node's check of the file does.
  const checked = error instanceof SyntaxError ? spawnSync(process.execPath, ['--check', file]).stderr : ''
  for (const text of `${stack}\n${checked}`.split('\n')) {
    const from = text.indexOf(`${folder}/`)
    const [, path, line] = from < 0 ? [] : (/^([^\s:?]+)[^\s:]*:(\d+)/.exec(text.slice(from)) ?? [])
    if (path !== undefined) return ` (${relative(folder, path)}, line ${line})`
  }
  return ''
}

function locate(specifier: string, directory: string): string {
  if (specifier.startsWith('file:')) return specifier
  if (isAbsolute(specifier)) return pathToFileURL(specifier).href
  if (specifier.startsWith('.')) return pathToFileURL(join(directory, specifier)).href
  try {
    return pathToFileURL(createRequire(join(directory, 'package.json')).resolve(specifier)).href
  } catch {
    // A package without an entry for `require` is not found this way; `import` finds it next to Shotboard.
    return import.meta.resolve(specifier)
  }
}
