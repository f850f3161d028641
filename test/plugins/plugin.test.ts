import { expect, test } from 'vitest'
import { builtin } from '../../src/plugins/builtin.js'
import { loadPlugin } from '../../src/plugins/load-plugin.js'
import { parsePlugin } from '../../src/plugins/plugin.js'
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

test('what is built in is a plugin like any other', () => {
  expect(() => parsePlugin(builtin(), 'shotboard')).not.toThrow()
})

test('a plugin may declare a colour, a marker and a dash', () => {
  const color = { light: '#0B57d0', dark: '#3f86ff' }
  const plugin = { name: 'own', ...method({ color }), ...space({ marker: 'bowtie', dash: 'dash-dot-dot' }) }
  expect(parsePlugin(plugin, 'own')).toBe(plugin)
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
])('a plugin with %s is refused, and told what is wrong', (_, items, says) => {
  const parsing = () => parsePlugin({ name: 'own', ...items }, './own.mjs')
  expect(parsing).toThrow(expect.objectContaining({ code: 'INVALID_PLUGIN' }))
  expect(parsing).toThrow(/own\.mjs/)
  expect(parsing).toThrow(says)
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
