import { builtin } from './builtin.js'
import { loadPlugin } from './plugin.js'
import { createRegistry, type Registry } from './registry.js'

/**
 * Registers what is built in, and plugins given by paths relative to `directory` or by package names. Throws
 * INVALID_PLUGIN.
 */
export async function loadRegistry(plugins: readonly string[], directory: string): Promise<Registry> {
  const loaded = await Promise.all(plugins.map((plugin) => loadPlugin(plugin, directory)))
  return createRegistry([builtin(), ...loaded])
}
