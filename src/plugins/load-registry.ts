import { builtin } from './builtin.js'
import { loadPlugin } from './plugin.js'
import { createRegistry, type Registry } from './registry.js'

/**
 * The registry of the built-in methods and spaces and of plugins, given as paths seen from `directory` or as package
 * names. Throws INVALID_PLUGIN.
 */
export async function loadRegistry(plugins: readonly string[], directory: string): Promise<Registry> {
  const loaded = await Promise.all(plugins.map((plugin) => loadPlugin(plugin, directory)))
  return createRegistry([builtin(), ...loaded])
}
