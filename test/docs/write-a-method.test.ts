import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { builtin } from '../../src/plugins/builtin.js'
import { loadPlugin } from '../../src/plugins/load-plugin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { methodChecks, spaceChecks } from '../../src/testing/index.js'

const folder = fileURLToPath(new URL('../../.docs-test/', import.meta.url))
const page = await readFile(new URL('../../docs/write-a-method.md', import.meta.url), 'utf8')
const [method, space] = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, block]) => block ?? '')

await mkdir(folder, { recursive: true })
await writeFile(`${folder}nearest.mjs`, method ?? '')
await writeFile(`${folder}roots.mjs`, space ?? '')
afterAll(() => rm(folder, { recursive: true, force: true }))
const plugin = await loadPlugin('./nearest.mjs', folder)
const spacePlugin = await loadPlugin('./roots.mjs', folder)

test('the method and the space of docs/write-a-method.md can be registered beside the built-in ones', () => {
  const registry = createRegistry([builtin(), plugin, spacePlugin])
  expect(registry.method('Nearest neighbour').id).toBe('nearest-neighbour')
  expect(registry.space('roots').name).toBe('Roots')
})

describe('the method of docs/write-a-method.md passes the common suite', () => {
  for (const method of plugin.methods ?? []) {
    for (const check of methodChecks(method)) test(check.name, check.run)
  }
})

describe('the space of docs/write-a-method.md passes the common suite', () => {
  const spaces = spacePlugin.spaces ?? []
  test('it is one space', () => expect(spaces).toHaveLength(1))
  for (const each of spaces) {
    for (const check of spaceChecks(each)) test(check.name, check.run)
  }
})
