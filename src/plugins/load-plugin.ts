import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { satisfies, validRange } from 'semver'
import { errors, reasonOf } from '../errors.js'
import { builtinName } from '../spaces/origin.js'
import { hashModule, packageOf } from '../system/module-hash.js'
import { withTimeLimit } from '../system/time-limit.js'
import { version } from '../version.js'
import { lendShotboard } from './lend-shotboard.js'
import { type Plugin, parsePlugin } from './plugin.js'
import { prefixed } from './prefixed.js'

/** Limits on the time of plugins. */
export interface PluginLimits {
  readonly pluginLoadSeconds: number
  readonly pluginCallSeconds: number
}

/**
 * Loads a plugin by the path of its module, relative to `directory`, or by the name of its package. With a prefix before it,
 * `lab=own-methods`, its ids begin with it: `lab.knn`. Throws INVALID_PLUGIN, naming the plugin, if it cannot be loaded,
 * throws, is malformed, or is made for another version of Shotboard.
 */
export async function loadPlugin(
  given: string,
  directory: string,
  { pluginLoadSeconds, pluginCallSeconds }: PluginLimits = { pluginLoadSeconds: 60, pluginCallSeconds: 600 },
): Promise<Plugin> {
  const { prefix, specifier } = partsOf(given)
  const invalid = (reason: string) => errors.invalidPlugin({ plugin: given, reason })
  let exported: unknown
  let code: { readonly file: string; readonly hash: string }
  try {
    const url = locate(specifier, directory)
    // The files are read before they run, so that the hash is not of a later version.
    const file = fileURLToPath(url)
    code = { file, hash: hashModule(file, { packages: 'contents', known: [builtinName] }) }
    const fault = faultOfVersion(file)
    if (fault !== undefined) throw new WrongVersion(fault)
    lendShotboard()
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
    // The stack of these is ours, and says nothing of the plugin.
    const reason = error instanceof WrongVersion ? error.message : typescriptReason(error)
    if (reason !== undefined) throw invalid(reason)
    throw Object.assign(invalid(`${reasonOf(error)}${placeOf(error, specifier, directory)}`), {
      cause: error,
    })
  }
  if (exported === undefined) throw invalid('it has no default export')
  const plugin = parsePlugin(exported, given)
  if (plugin.name === builtinName) throw invalid(`only what is built in may have the name ${builtinName}`)
  const inPackage = packageOf(code.file)
  return {
    ...(prefix === undefined ? plugin : prefixed(plugin, prefix)),
    origin: {
      plugin: plugin.name,
      package: inPackage?.name ?? null,
      version: inPackage?.version ?? null,
      code: code.hash,
      secondsPerCall: pluginCallSeconds,
    },
  }
}

/** Where the module of a plugin is, given as for `loadPlugin`. Throws if there is no such package. */
export const locatePlugin = (given: string, directory: string): string =>
  fileURLToPath(locate(partsOf(given).specifier, directory))

function partsOf(given: string): { readonly prefix: string | undefined; readonly specifier: string } {
  const [, prefix, specifier = given] = /^([a-z0-9][a-z0-9_-]*)=(.+)$/.exec(given) ?? []
  return { prefix, specifier }
}

class WrongVersion extends Error {}

/** What is wrong if the package that a module lies in requires other versions of Shotboard than this one. */
function faultOfVersion(file: string): string | undefined {
  const required = packageOf(file)?.requires[builtinName]
  // A folder or an archive in place of a range allows any version.
  if (required === undefined || validRange(required) === null) return undefined
  if (satisfies(version, required, { includePrerelease: true })) return undefined
  return `it is made for version ${required} of Shotboard, and this is version ${version}`
}

/** What to do about a module in TypeScript that Node does not run; undefined for any other error. */
function typescriptReason(error: unknown): string | undefined {
  const { code } = error as { readonly code?: unknown }
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[cm]?ts\b/.test(reasonOf(error))) {
    return `Node ${process.versions.node} does not run TypeScript. Use Node 22.18 or newer, or build the plugin and name its JavaScript`
  }
  if (code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING') {
    return 'Node does not run TypeScript in node_modules. Build the plugin and name its JavaScript'
  }
  return undefined
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
