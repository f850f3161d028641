import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { builtin } from '../../src/plugins/builtin.js'
import { loadPlugin } from '../../src/plugins/plugin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { methodChecks } from '../../src/testing/index.js'

const folder = fileURLToPath(new URL('../../.docs-test/', import.meta.url))
const page = await readFile(new URL('../../docs/write-a-method.md', import.meta.url), 'utf8')
const [code] = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, block]) => block ?? '')

await mkdir(folder, { recursive: true })
await writeFile(`${folder}nearest.mjs`, code ?? '')
afterAll(() => rm(folder, { recursive: true, force: true }))
const plugin = await loadPlugin('./nearest.mjs', folder)

test('the method of docs/write-a-method.md can be registered beside the built-in ones', () => {
  const registry = createRegistry([builtin(), plugin])
  expect(registry.method('Nearest neighbour').id).toBe('nearest-neighbour')
})

describe('the method of docs/write-a-method.md passes the common suite', () => {
  for (const method of plugin.methods ?? []) {
    for (const check of methodChecks(method)) test(check.name, check.run)
  }
})
