import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vitest/config'

const root = fileURLToPath(new URL('../..', import.meta.url))
const [src, dist] = [join(root, 'src'), join(root, 'dist')]

/** The JavaScript that the build made of a source. */
const builtFrom = (source: string): string => join(dist, source.slice(src.length)).replace(/\.ts$/, '.js')

/** A source that the build does not know yet, or not as it is now; undefined where there is none. */
function findStale(): string | undefined {
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.[jt]s$/.test(file) && !file.endsWith('.d.ts'))
    .map((file) => join(src, file))
    .find((source) => {
      const made = statSync(builtFrom(source), { throwIfNoEntry: false })
      return made === undefined || made.mtimeMs < statSync(source).mtimeMs
    })
}

/**
 * Lets tests import the build where they name a source: Node loads it as it is, where vite would compile every source
 * again in every worker. Tests import the sources themselves where SHOTBOARD_TEST_SOURCES is set, while vitest watches,
 * and where a source has changed since the build.
 */
export function builtSources(): Plugin {
  let fromSources = Boolean(process.env.SHOTBOARD_TEST_SOURCES)
  const stale = fromSources ? undefined : findStale()
  if (stale !== undefined) {
    fromSources = true
    console.warn(`Testing the sources: ${stale.slice(root.length)} has changed since the last build.`)
  }
  return {
    name: 'shotboard:built-sources',
    enforce: 'pre',
    configureVitest({ vitest }) {
      if (vitest.config.watch) fromSources = true
    },
    resolveId(id, importer) {
      if (fromSources || importer === undefined) return
      const source = id.startsWith('.') ? resolve(importer, '..', id) : id
      if (!source.startsWith(`${src}/`)) return
      const built = builtFrom(source)
      return existsSync(built) ? built : undefined
    },
  }
}
