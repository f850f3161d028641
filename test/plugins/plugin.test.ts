import { expect, test } from 'vitest'
import type { Batch } from '../../src/cache/contract.js'
import { builtin } from '../../src/plugins/builtin.js'
import { loadPlugin } from '../../src/plugins/load-plugin.js'
import { parsePlugin } from '../../src/plugins/plugin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { moduleFile } from '../helpers/plugins.js'

const method = (more: object) => ({
  methods: [
    {
      ...{ id: 'own', name: 'Own', summary: '', space: null, hyperparameters: {}, usesTexts: false },
      score: async () => {},
      ...more,
    },
  ],
})
const space = (more: object) => ({
  spaces: [{ id: 'own', name: 'Own', summary: '', base: 'clip', trained: false, ...more }],
})

const one = { kind: 'shape', default: 1, grid: [1, 2], summary: '' }

/** A method that is a sum of one term. */
const sum = (more: object, term: object = {}) =>
  method({
    ...{ score: undefined, usesTexts: undefined, hyperparameters: { one } },
    terms: [
      {
        ...{ name: 'own', summary: '', weight: null, shapes: ['one'], usesTexts: false, usesKeys: false },
        logits: async () => {},
        ...term,
      },
    ],
    ...more,
  })

test('what is built in is a plugin like any other', () => {
  expect(() => parsePlugin(builtin(), 'shotboard')).not.toThrow()
})

test('a plugin may declare a colour, a marker and a dash', () => {
  const color = { light: '#0B57d0', dark: '#3f86ff' }
  const plugin = { name: 'own', ...method({ color }), ...space({ marker: 'bowtie', dash: 'dash-dot-dot' }) }
  expect(parsePlugin(plugin, 'own')).toEqual(plugin)
})

test.each([
  [
    'a colour by name',
    method({ color: { light: 'red', dark: '#ff0000' } }),
    /hex.*methods\[0\]\.color\.light/s,
  ],
  [
    'a short hex colour',
    method({ color: { light: '#f00', dark: '#ff0000' } }),
    /hex.*methods\[0\]\.color\.light/s,
  ],
  ['one colour for both schemes', method({ color: '#ff0000' }), /methods\[0\]\.color/],
  ['no colour for dark backgrounds', method({ color: { light: '#ff0000' } }), /methods\[0\]\.color\.dark/],
  ['a misspelt list', { method: [] }, /Unrecognized key: "method"/],
  ['an unknown marker', space({ marker: 'heart' }), /"triangle-down".*spaces\[0\]\.marker/s],
  ['an unknown dash', space({ dash: '3 1' }), /"dash-dot".*spaces\[0\]\.dash/s],
  ['a misspelt field of a method', method({ need: ['prompts'] }), /Unrecognized key: "need".*methods\[0\]/s],
  ['a misspelt field of a space', space({ usesText: true }), /Unrecognized key: "usesText"/],
  [
    'a misspelt field of a term',
    sum({}, { shape: ['beta'] }),
    /Unrecognized key: "shape".*methods\[0\]\.terms\[0\]/s,
  ],
  [
    'a method that does not say whether it uses texts',
    method({ usesTexts: undefined }),
    /methods\[0\]\.usesTexts/,
  ],
  ['a graph that is no function', method({ graph: {} }), /must be a function.*methods\[0\]\.graph/s],
  ['a graph of a whole sum', sum({ graph: () => {} }), /belongs to each of the terms/],
  ['no sentence about one image alone', method({ transductive: { alone: ' ' } }), /must be a line of text/],
  ['a hyperparameter of a bad name', method({ hyperparameters: { 'a b': one } }), /hyperparameters\["a b"\]/],
  [
    'a hyperparameter by a name that every object has',
    method({ hyperparameters: { constructor: one } }),
    /none that every object has/,
  ],
  ['a term by such a name', sum({}, { name: '__proto__' }), /every object has this one/],
  [
    'a hyperparameter of no term',
    sum({ hyperparameters: { one, two: one } }),
    /method own, none of the terms has two/,
  ],
  ['no grid', method({ hyperparameters: { one: { ...one, grid: [] } } }), /grid/],
  ['NaN in a grid', method({ hyperparameters: { one: { ...one, grid: [1, Number.NaN] } } }), /grid\[1\]/],
  [
    'a grid that falls',
    method({ hyperparameters: { one: { ...one, grid: [1, 0] } } }),
    /method own, the grid of one/,
  ],
  [
    'a huge grid',
    method({ hyperparameters: { one: { ...one, grid: Array.from({ length: 200_000 }, (_, i) => i) } } }),
    /at most 100000 values, not 200000/,
  ],
  ['a BigInt', method({ hyperparameters: { one: { ...one, default: 1n } } }), /received bigint/],
  ['a promise of methods', { methods: Promise.resolve([]) }, /received Promise/],
  ['a script for an address', method({ paper: { title: 'x', url: 'javascript:alert(1)' } }), /https or http/],
  ['a base that is no space of encoders', space({ base: 'whitened' }), /must be clip, or imo/],
  ['a space by the name of an adapter', space({ id: 'imo:own' }), /must not begin with imo:/],
  ['a space that reads texts without a fit', space({ usesTexts: true }), /spaces\[0\]\.fit/],
  [
    'a field that throws when it is read',
    {
      methods: [
        {
          get id() {
            throw new Error('not today')
          },
        },
      ],
    },
    /not today/,
  ],
])('a plugin with %s is refused, and told what is wrong', (_, items, says) => {
  const parsing = () => parsePlugin({ name: 'own', ...items }, './own.mjs')
  expect(parsing).toThrow(expect.objectContaining({ code: 'INVALID_PLUGIN' }))
  expect(parsing).toThrow(/own\.mjs/)
  expect(parsing).toThrow(says)
})

test('a method may be an object of a class, whose functions are called on it', async () => {
  class Own {
    readonly #logits = 'of its own'
    readonly id = 'own'
    readonly name = 'Own'
    readonly summary = ''
    readonly space = null
    readonly hyperparameters = {}
    readonly usesTexts = false
    async score() {
      return this.#logits
    }
  }
  const plugin = parsePlugin({ name: 'own', methods: [new Own()] }, 'own')
  const registry = createRegistry([builtin(), plugin])
  expect(await registry.method('own').score?.({} as Batch, {})).toBe('of its own')
})

test('what a plugin does to its objects after it is loaded changes nothing', () => {
  const declared = method({ hyperparameters: { one: { ...one } } })
  const own = declared.methods[0] as unknown as { hyperparameters: { one: { grid: number[] } } }
  const plugin = parsePlugin({ name: 'own', ...declared }, 'own')
  own.hyperparameters.one.grid = [7]
  Object.assign(own, { id: 'other' })
  expect(plugin.methods?.[0]).toMatchObject({ id: 'own', hyperparameters: { one: { grid: [1, 2] } } })
  expect(Object.isFrozen(plugin.methods?.[0]?.hyperparameters)).toBe(true)
})

test.each([
  ['throws', `const first = 1\nthrow new Error('no luck')`, /no luck \(own\.mjs, line 2\)/],
  [
    'throws in its function',
    `export default () => {\n\n  return missing()\n}`,
    /missing is not defined \(own\.mjs, line 3\)/,
  ],
])(
  'the error of a plugin that %s while it loads says where, and keeps its cause',
  async (_, source, says) => {
    const file = await moduleFile(source, 'own.mjs')
    const loading = loadPlugin(file, '/')
    await expect(loading).rejects.toThrow(says)
    await expect(loading).rejects.toMatchObject({ code: 'INVALID_PLUGIN', cause: expect.any(Error) })
  },
)

test('a plugin that takes longer to load than the limit is refused, and named', async () => {
  const file = await moduleFile('export default () => new Promise(() => {})', 'waiting.mjs')
  await expect(loadPlugin(file, '/', { pluginLoadSeconds: 0.05, pluginCallSeconds: 1 })).rejects.toThrow(
    /waiting\.mjs cannot be used: it took longer than 0\.05 s to load/,
  )
})

test('a plugin may not pass for what is built in', async () => {
  const file = await moduleFile(`export default { name: 'shotboard' }`)
  await expect(loadPlugin(file, '/')).rejects.toThrow(/only what is built in/)
})
