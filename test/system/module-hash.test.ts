import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { hashModule, packageOf } from '../../src/system/module-hash.js'
import { temporaryFolder } from '../helpers/folder.js'

let folder: string
const write = async (name: string, content: string): Promise<string> => {
  const file = join(folder, name)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
  return file
}

beforeEach(async () => {
  folder = await temporaryFolder()
  await write('package.json', '{ "name": "mine", "version": "1.2.3" }')
  await write('node_modules/solver/package.json', '{ "name": "solver", "version": "1.0.0" }')
  await write('lib/deep.mjs', "export default new URL('../weights.bin', import.meta.url)")
  await write('lib/source.ts', 'export {}')
  await write('weights.bin', 'ab')
  await write('other.mjs', '1')
  await write(
    'main.mjs',
    `import deep from "./lib/deep.mjs"\nimport './lib/source.js'\nimport { x } from 'solver/sub'`,
  )
})

const hash = () => hashModule(join(folder, 'main.mjs'))

test.each([
  ['the module itself', 'main.mjs'],
  ['a module that it imports', 'lib/deep.mjs'],
  ['a module that it imports by the name of what it is built to', 'lib/source.ts'],
  ['a file that a module that it imports reads', 'weights.bin'],
  ['the version of a package that it imports', 'node_modules/solver/package.json'],
])('the hash of a module changes with %s', async (_, name) => {
  const before = hash()
  expect(hash()).toBe(before)
  const changed = name.endsWith('.json') ? '{ "name": "solver", "version": "1.0.1" }' : '// changed'
  await write(name, changed)
  expect(hash()).not.toBe(before)
})

test('the hash of a module does not change with a file that it does not name, or with its folder', async () => {
  const before = hash()
  await write('other.mjs', '2')
  expect(hash()).toBe(before)
  const first = await write('first/plain.mjs', '1')
  const second = await write('second/plain.mjs', '1')
  expect(hashModule(first)).toBe(hashModule(second))
})

test('a module belongs to the package whose folder it lies in', () => {
  expect(packageOf(join(folder, 'lib', 'deep.mjs'))).toMatchObject({ name: 'mine', version: '1.2.3' })
})

const closely = () => hashModule(join(folder, 'main.mjs'), { packages: 'contents' })

test.each([
  ['the code of a package that it imports', 'node_modules/solver/main.js'],
  ['what a package that it imports imports', 'node_modules/solver/lib/inner.js'],
  ['a package that is linked', 'linked/index.mjs'],
  ['a module of its own package that it imports by a name with #', 'lib/helper.mjs'],
  ['a file beside it whose name it holds', 'numbers.f32'],
])('where packages count by their contents, the hash of a module changes with %s', async (_, name) => {
  const imports = { '#helper': { node: './lib/helper.mjs' } }
  await write('package.json', JSON.stringify({ name: 'mine', version: '1.2.3', imports }))
  await write('lib/helper.mjs', 'export {}')
  await write('numbers.f32', 'ab')
  const solver = { name: 'solver', version: '1.0.0', exports: { '.': { import: './main.js' } } }
  await write('node_modules/solver/package.json', JSON.stringify(solver))
  await write('node_modules/solver/main.js', "import './lib/inner.js'")
  await write('node_modules/solver/lib/inner.js', '1')
  await write('linked/package.json', '{ "name": "linked", "version": "1.0.0", "main": "index.mjs" }')
  await write('linked/index.mjs', '1')
  await symlink(join(folder, 'linked'), join(folder, 'node_modules', 'linked'))
  await write(
    'main.mjs',
    `import 'solver'\nimport 'linked'\nimport '#helper'\nimport 'node:fs'\nread(join(here, 'numbers.f32'))`,
  )
  const before = closely()
  expect(closely()).toBe(before)
  await write(name, '// changed')
  expect(closely()).not.toBe(before)
})

test('where packages count by their contents, some may count by their versions still', async () => {
  await write('node_modules/solver/index.js', '1')
  const known = () => hashModule(join(folder, 'main.mjs'), { packages: 'contents', known: ['solver'] })
  const before = known()
  await write('node_modules/solver/index.js', '2')
  expect(known()).toBe(before)
})
