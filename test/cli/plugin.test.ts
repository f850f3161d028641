import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { writePlugin } from '../../src/cli/plugin.js'
import { version } from '../../src/version.js'
import { temporaryFolder } from '../helpers/folder.js'

// That it runs, tests and packs as it is, test/package/plugins.long.test.ts checks.

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => {})
})

test('a new plugin has its name in its package, its method and its README', async () => {
  const folder = await temporaryFolder()
  await writePlugin('@you/shotboard-near-est', folder)
  const own = join(folder, 'shotboard-near-est')
  expect((await readdir(own)).sort()).toEqual([
    '.gitignore',
    'README.md',
    'package.json',
    'src',
    'tsconfig.json',
  ])
  const texts = await Promise.all(
    ['package.json', 'src/index.ts', 'README.md'].map((file) => readFile(join(own, file), 'utf8')),
  )
  const [description = '', source, readme] = texts
  expect(JSON.parse(description)).toMatchObject({
    name: '@you/shotboard-near-est',
    peerDependencies: { shotboard: `^${version}` },
  })
  expect(source).toContain(`id: 'near-est',\n    name: 'Near est',`)
  expect(readme).toContain('npm install ./you-shotboard-near-est-0.1.0.tgz')
  expect(texts.join()).not.toMatch(/__[A-Z]+__/)
})

test.each(['Upper', 'a/b', '../up', '.hidden', '', '@you', `${'x'.repeat(215)}`])(
  'a plugin cannot have the name "%s"',
  async (name) => {
    const folder = await temporaryFolder()
    await expect(writePlugin(name, folder)).rejects.toMatchObject({ code: 'INVALID_VALUE' })
    expect(await readdir(folder)).toEqual([])
  },
)

test('a folder that has files is left alone', async () => {
  const folder = await temporaryFolder()
  await writePlugin('mine', folder)
  await writeFile(join(folder, 'mine', 'README.md'), 'changed')
  await expect(writePlugin('mine', folder)).rejects.toThrow(/The folder mine is there already/)
  expect(await readFile(join(folder, 'mine', 'README.md'), 'utf8')).toBe('changed')
})
