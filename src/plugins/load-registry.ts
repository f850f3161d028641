import { fileURLToPath } from 'node:url'
import { builtinName, type Origin } from '../spaces/origin.js'
import { hashModule } from '../system/module-hash.js'
import { version } from '../version.js'
import { builtin } from './builtin.js'
import { loadPlugin, type PluginLimits } from './load-plugin.js'
import { createRegistry, type Registry } from './registry.js'

/**
 * Registers what is built in, and plugins given by paths relative to `directory` or by package names. Throws
 * INVALID_PLUGIN.
 */
export async function loadRegistry(
  plugins: readonly string[],
  directory: string,
  limits?: PluginLimits,
): Promise<Registry> {
  const loaded = await Promise.all(plugins.map((plugin) => loadPlugin(plugin, directory, limits)))
  return createRegistry([{ ...builtin(), origin: builtinOrigin() }, ...loaded])
}

const builtinOrigin = (): Origin => ({
  plugin: builtinName,
  package: builtinName,
  version,
  code: hashModule(moduleNextTo('builtin')),
})

/** Of this folder, built or as a source. */
const moduleNextTo = (name: string): string =>
  fileURLToPath(import.meta.url).replace(/load-registry(?=\.[jt]s$)/, name)
