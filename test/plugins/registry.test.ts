import { describe, expect, test } from 'vitest'
import { tipAdapter } from '../../src/methods/tip-adapter.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { clip } from '../../src/spaces/clip.js'

const registry = createRegistry([builtin()])

describe('what is built in', () => {
  test('is found by id, name or alias, in upper or lower case', () => {
    for (const name of ['tip-adapter++', 'Tip-Adapter++', 'TA++', 'ta++']) {
      expect(registry.method(name).id).toBe('tip-adapter++')
    }
    expect(registry.space('Whitened').id).toBe('whitened')
  })

  test('has every method in a space that is there', () => {
    for (const { space } of registry.methods) {
      if (space !== null) expect(registry.space(space).id).toBe(space)
    }
  })

  test('goes by no name that every object answers to', () => {
    expect(() => registry.method('constructor')).toThrow(expect.objectContaining({ code: 'UNKNOWN_METHOD' }))
  })
})

test('what is not registered is refused, with what is, and the argument at fault', () => {
  expect(() => registry.method('tip-z', 'input.methods[1]')).toThrow(
    expect.objectContaining({
      code: 'UNKNOWN_METHOD',
      argument: 'input.methods[1]',
      message: expect.stringContaining('tip-adapter++'),
    }),
  )
  expect(() => registry.space('nowhere')).toThrow(expect.objectContaining({ code: 'UNKNOWN_SPACE' }))
})

describe('a plugin is refused, and named,', () => {
  test('where it takes a name that is taken, in whatever case', () => {
    const plugin = { name: 'late', methods: [{ ...tipAdapter(), id: 'new', name: 'New', aliases: ['tX'] }] }
    expect(() => createRegistry([builtin(), plugin])).toThrow(
      expect.objectContaining({
        code: 'INVALID_PLUGIN',
        message: expect.stringMatching(/late.*"tx".*shotboard/),
      }),
    )
  })

  test('where it takes the name of a space', () => {
    expect(() => createRegistry([builtin(), { name: 'late', spaces: [clip()] }])).toThrow(
      /late.*space name "clip"/,
    )
  })

  test('where its method compares images in a space that nobody registers', () => {
    const plugin = { name: 'lost', methods: [{ ...tipAdapter(), space: 'nowhere' }] }
    expect(() => createRegistry([plugin])).toThrow(/lost.*nowhere/)
  })
})

test.each([
  ['lists a space', { spaces: ['clip', 'nowhere'] }, /lists the space nowhere, which is not registered/],
  ['is a variant of a method', { variantOf: 'nothing' }, /is a variant of nothing, which is not registered/],
])('a plugin is refused, and named, where its method %s that nobody registers', (_, more, says) => {
  const own = { ...tipAdapter(), id: 'lost', name: 'Lost', aliases: [], ...more }
  expect(() => createRegistry([builtin(), { name: 'lost', methods: [own] }])).toThrow(says)
})

test("a method may use another plugin's space, in whatever order they come", () => {
  const { spaces, methods } = builtin()
  const split = [
    { name: 'methods', methods: methods ?? [] },
    { name: 'spaces', spaces: spaces ?? [] },
  ]
  expect(createRegistry(split).methods).toHaveLength(registry.methods.length)
})
