import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { builtin } from '../../src/plugins/builtin.js'
import { loadPlugin } from '../../src/plugins/load-plugin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { version } from '../../src/version.js'
import { temporaryFolder } from '../helpers/folder.js'
import { moduleFile } from '../helpers/plugins.js'

const source = `import { defineMethod, defineSpace } from 'shotboard'
const method = (id, more) => defineMethod({
  id, name: id, aliases: [id + '!'], summary: '', space: 'own-space', spaces: ['clip', 'own-space'],
  hyperparameters: {}, usesTexts: false, score: async () => {}, ...more,
})
export default {
  name: 'own',
  methods: [method('one'), method('two', { variantOf: 'one', space: null, spaces: undefined })],
  spaces: [defineSpace({ id: 'own-space', name: 'Own space', summary: '', base: 'clip', trained: false })],
}`

/** A package in a folder that has no \`shotboard\` in it or above it. */
async function packageWith(description: object): Promise<string> {
  const folder = join(await temporaryFolder(), 'own')
  await mkdir(folder)
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'own', version: '1.2.3', ...description }),
  )
  await writeFile(join(folder, 'index.mjs'), source)
  return join(folder, 'index.mjs')
}

test('a plugin in a folder of its own, as a linked package is, imports this Shotboard', async () => {
  const plugin = await loadPlugin(await packageWith({}), '/')
  expect(plugin.methods?.map(({ id }) => id)).toEqual(['one', 'two'])
  expect(plugin.origin).toMatchObject({ plugin: 'own', package: 'own', version: '1.2.3' })
})

describe('the versions of Shotboard that a package is made for', () => {
  test.each([`^${version}`, '*', '>=0.0.1', 'file:../shotboard'])('%s is this one', async (range) => {
    const file = await packageWith({ peerDependencies: { shotboard: range } })
    await expect(loadPlugin(file, '/')).resolves.toHaveProperty('name', 'own')
  })

  test.each(['^9.1.0', '<0.0.1'])('%s is another, and both versions are told', async (range) => {
    const file = await packageWith({ peerDependencies: { shotboard: range } })
    const loading = loadPlugin(file, '/')
    await expect(loading).rejects.toMatchObject({ code: 'INVALID_PLUGIN' })
    await expect(loading).rejects.toThrow(
      `it is made for version ${range} of Shotboard, and this is version ${version}`,
    )
  })
})

describe('a prefix', () => {
  test('tells two packages apart that want the same ids', async () => {
    const file = await packageWith({})
    const [plain, other] = [await loadPlugin(file, '/'), await loadPlugin(`lab=${file}`, '/')]
    expect(() => createRegistry([builtin(), plain, plain])).toThrow(
      /give one a prefix: SHOTBOARD_PLUGINS=PREFIX=PLUGIN/,
    )
    const registry = createRegistry([builtin(), plain, other])
    expect(registry.method('one').space).toBe('own-space')
    expect(registry.method('lab.one')).toMatchObject({
      name: 'one (lab)',
      space: 'lab.own-space',
      spaces: ['clip', 'lab.own-space'],
    })
    expect(registry.method('lab.one!').id).toBe('lab.one')
    expect(registry.method('lab.two')).toMatchObject({ space: null, variantOf: 'lab.one' })
    expect(registry.space('Own space (lab)').id).toBe('lab.own-space')
    const identities = ['one', 'lab.one'].map((id) => registry.identityOf(registry.method(id)))
    expect(identities.map(({ package: name }) => name)).toEqual(['own', 'own'])
    expect(identities[0]?.declared).not.toBe(identities[1]?.declared)
  })

  test('of a plugin that is not there is part of its name in the error', async () => {
    await expect(loadPlugin('lab=./missing.mjs', '/')).rejects.toThrow(
      /^The plugin lab=\.\/missing\.mjs cannot be used/,
    )
  })
})

test.skipIf('typescript' in process.features && process.features.typescript)(
  'a plugin in TypeScript is refused with what to do, where Node does not run it',
  async () => {
    const file = await moduleFile('export default { name: "own" }', 'own.ts')
    const loading = loadPlugin(file, '/')
    await expect(loading).rejects.toThrow(/Use Node 22\.18 or newer, or build the plugin/)
  },
)
