import { realpathSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { errors, reasonOf } from '../errors.js'
import { locatePlugin } from './load-plugin.js'

/**
 * Keeps a service alive when a plugin leaves an error behind that nobody waits for: one thrown in a timer, or of a promise
 * without `await`. `report` gets it as PLUGIN_FAILED, naming the plugin. Any other error that nobody catches ends the process
 * with status 1, as without this. Returns what stops it.
 */
export function surviveStrayErrors(
  plugins: readonly string[],
  directory: string,
  report: (error: Error) => void,
): () => void {
  const onStray = (error: unknown): void => {
    const plugin = strayPlugin(error, plugins, directory)
    if (plugin === undefined) {
      console.error(error)
      process.exit(1)
    }
    const reason = `${reasonOf(error)}, in work that it did not wait for.`
    report(
      Object.assign(errors.pluginFailed({ plugin, what: 'plugin', reason }), {
        cause: error,
      }),
    )
  }
  // Rejections that nobody handles come here too.
  process.on('uncaughtException', onStray)
  return () => void process.off('uncaughtException', onStray)
}

/**
 * The plugin, as it was given, whose module the stack of an error names, or else a file in the folder of its module; undefined
 * if it names none.
 */
export function strayPlugin(
  error: unknown,
  plugins: readonly string[],
  directory: string,
): string | undefined {
  const files = (error instanceof Error ? filesIn(error.stack ?? '') : []).filter((file) => !isOurs(file))
  const known = plugins.flatMap((plugin) => {
    const module = moduleOf(plugin, directory)
    return module === undefined ? [] : [{ plugin, module }]
  })
  const found =
    known.find(({ module }) => files.includes(module)) ??
    known.find(({ module }) => files.some((file) => isIn(dirname(module), file)))
  return found?.plugin
}

/** The files that a stack names: `at f (file:///own/index.js:3:5)`. */
const filesIn = (stack: string): string[] =>
  [...stack.matchAll(/(file:\/\/\/[^\s)]+|\/[^\s():]+):\d+:\d+/g)].map(([, place = '']) =>
    place.startsWith('file:') ? fileURLToPath(place) : place,
  )

/** The file of its module, as stacks name it. */
function moduleOf(plugin: string, directory: string): string | undefined {
  try {
    return realpathSync(locatePlugin(plugin, directory))
  } catch {
    return undefined
  }
}

const isIn = (folder: string, file: string): boolean => {
  const path = relative(folder, file)
  return path !== '' && path !== '..' && !path.startsWith(`..${sep}`)
}

/** Shotboard's own code and packages: a plugin may lie in the folder that holds them. */
const isOurs = (file: string): boolean =>
  ['src', 'dist', 'node_modules'].some((name) => isIn(join(root, name), file))

const root = fileURLToPath(new URL('../..', import.meta.url))
