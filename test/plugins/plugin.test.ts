import { expect, test } from 'vitest'
import { builtin } from '../../src/plugins/builtin.js'
import { parsePlugin } from '../../src/plugins/plugin.js'

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
  ['an unknown marker', space({ marker: 'heart' }), /"triangle-down".*spaces\[0\]\.marker/s],
  ['an unknown dash', space({ dash: '3 1' }), /"dash-dot".*spaces\[0\]\.dash/s],
])('a plugin with %s is refused, and told what is wrong', (_, items, says) => {
  const parsing = () => parsePlugin({ name: 'own', ...items }, './own.mjs')
  expect(parsing).toThrow(expect.objectContaining({ code: 'INVALID_PLUGIN' }))
  expect(parsing).toThrow(/own\.mjs/)
  expect(parsing).toThrow(says)
})
