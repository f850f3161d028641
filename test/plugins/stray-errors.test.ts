import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { strayPlugin } from '../../src/plugins/stray-errors.js'
import { temporaryFolder } from '../helpers/folder.js'
import { root } from '../helpers/programs.js'

const folder = await temporaryFolder()
for (const name of ['own.mjs', 'other.mjs']) await writeFile(join(folder, name), '')

const thrownAt = (...places: readonly string[]): Error =>
  Object.assign(new Error('lost'), {
    stack: `Error: lost\n${places.map((place) => `    at f (${place}:3:5)`).join('\n')}`,
  })

test.each([
  ['its module', [`file://${folder}/own.mjs`]],
  ['what it called', [`file://${join(root, 'dist/tensor/kernels.js')}`, `file://${folder}/own.mjs`]],
])('an error is of the plugin if its stack names %s', (_, places) => {
  expect(strayPlugin(thrownAt(...places), ['./other.mjs', 'lab=./own.mjs'], folder)).toBe('lab=./own.mjs')
})

test('an error in a file beside its module is of the plugin too', () => {
  const error = thrownAt('node:internal/timers', `${folder}/lib/part.js`)
  expect(strayPlugin(error, ['./gone.mjs', './own.mjs'], folder)).toBe('./own.mjs')
})

test.each([
  ['another folder', thrownAt('file:///elsewhere/own.mjs')],
  ['no files', thrownAt('node:internal/timers')],
  ['Shotboard', thrownAt(`file://${join(root, 'dist/server.js')}`)],
])('it is of no plugin if it names %s', (_, error) => {
  // A plugin beside Shotboard's own folders is not at fault for these.
  const plugins = [join(folder, 'own.mjs'), join(root, 'own.mjs'), 'not-installed']
  expect(strayPlugin(error, plugins, folder)).toBeUndefined()
})

test('something thrown that is no error is of no plugin', () => {
  expect(strayPlugin('lost', [join(folder, 'own.mjs')], folder)).toBeUndefined()
})
