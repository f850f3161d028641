import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { sharedServer } from '../helpers/server.js'

/** The class name of Observable Plot's drawings, which stands in its code. */
const plot = /plot-d6a7b5/

test('what the dashboard loads first has no plotting library, which is as large as all the rest', async () => {
  const server = await sharedServer()
  const page = await (await fetch(server.url)).text()
  const scripts = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(([, path]) => path)
  expect(scripts.length).toBeGreaterThan(0)
  for (const path of scripts) expect(await (await fetch(server.url + path)).text()).not.toMatch(plot)

  const assets = fileURLToPath(new URL('../../dist/web/assets/', import.meta.url))
  const names = (await readdir(assets)).filter((name) => name.endsWith('.js'))
  const sources = await Promise.all(names.map((name) => readFile(assets + name, 'utf8')))
  expect(sources.filter((source) => plot.test(source)).length).toBe(1)
})
