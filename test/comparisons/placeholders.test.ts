import { expect, test } from 'vitest'
import { methodOrPlaceholder, spaceOrPlaceholder } from '../../src/comparisons/placeholders.js'
import type { Encoder } from '../../src/encoders/encoder.js'
import { colorOf } from '../../src/methods/colors.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { lineStyleOf } from '../../src/spaces/line-style.js'

const registry = createRegistry([builtin()])
const encoders = [{ spaces: ['clip', 'imo', 'imo:mine'] }] as unknown as readonly Encoder[]
const spaceOf = (id: string) => spaceOrPlaceholder(id, registry, encoders)

test('what is registered is found by its id', () => {
  expect(methodOrPlaceholder('gda', registry)).toBe(registry.method('gda'))
  expect(spaceOf('imo+whitened')).toBe(registry.space('imo+whitened'))
})

test('the spaces of an added adapter are found while an encoder has it', () => {
  expect(spaceOf('imo:mine')).toMatchObject({ id: 'imo:mine', base: 'imo:mine', trained: true })
  expect(spaceOf('imo:mine+whitened')).toMatchObject({ base: 'imo:mine', trained: true })
})

test('what is gone has a placeholder that says so and looks as its id decides', () => {
  const method = methodOrPlaceholder('lost', registry)
  expect(method).toMatchObject({ id: 'lost', name: 'lost', summary: expect.stringContaining('plugin') })
  expect(colorOf(method)).toEqual(colorOf({ id: 'lost' }))
  for (const id of ['lost', 'imo:gone', 'imo:gone+whitened']) {
    const space = spaceOf(id)
    expect(space).toMatchObject({ id, name: id, summary: expect.stringContaining('adapter was removed') })
    expect(lineStyleOf(space)).toEqual(lineStyleOf({ id }))
  }
})

test('no space stays no space', () => {
  expect(spaceOrPlaceholder(null, registry, encoders)).toBe(null)
})
