import { describe, expect, test } from 'vitest'
import { checkValues } from '../../src/evaluation/search/grid.js'
import {
  clipFormOf,
  defaultsOf,
  defineMethod,
  inSpace,
  linspace,
  type Method,
  requireSpaceOf,
  type ScoredMethod,
  type SumMethod,
  shape,
  usesTexts,
  weight,
} from '../../src/methods/contract.js'
import { cacheAffinity } from '../../src/methods/terms/cache-affinity.js'
import { zeroShot } from '../../src/methods/terms/zero-shot.js'
import { tipAdapter } from '../../src/methods/tip-adapter.js'
import { tipX } from '../../src/methods/tip-x.js'
import { zeroShot as zeroShotMethod } from '../../src/methods/zero-shot.js'
import { prototype, scoredPrototype } from '../testing/plugins.js'

const alpha = weight({ default: 1, grid: [0, 1, 2], summary: '' })
const beta = shape({ default: 1, grid: [0, 1, 2], summary: '' })
const cache = cacheAffinity({ weight: 'alpha', sharpness: 'beta' })
const declared: SumMethod = {
  id: 'declared',
  name: 'Declared',
  summary: '',
  space: 'clip',
  hyperparameters: { alpha, beta },
  terms: [zeroShot(), cache],
}

describe('a declaration is refused', () => {
  test.each<[string, Partial<SumMethod>, RegExp]>([
    ['with an empty grid', { hyperparameters: { alpha: { ...alpha, grid: [] }, beta } }, /grid of alpha/],
    [
      'with a grid that falls',
      { hyperparameters: { alpha: { ...alpha, grid: [2, 1] }, beta } },
      /grid of alpha/,
    ],
    [
      'with a grid of equal values',
      { hyperparameters: { alpha: { ...alpha, grid: [1, 1] }, beta } },
      /ascending/,
    ],
    [
      'with a grid that is endless',
      { hyperparameters: { alpha: { ...alpha, grid: [0, Infinity] }, beta } },
      /ascending/,
    ],
    [
      'with a default outside its grid',
      { hyperparameters: { alpha: { ...alpha, default: 3 }, beta } },
      /default 3 of alpha/,
    ],
    ['with a weight that is not declared', { hyperparameters: { beta } }, /weighted by alpha/],
    [
      'with a shape that is declared as a weight',
      { hyperparameters: { alpha, beta: alpha } },
      /depends on beta/,
    ],
    ['with two terms of one name', { terms: [zeroShot(), cache, cache] }, /two terms named cache/],
    ['without a space where a term uses keys', { space: null }, /must name a space/],
    ['with a space where no term uses keys', { terms: [zeroShot()] }, /must name a space/],
  ])('%s', (_, changes, message) => {
    expect(() => defineMethod({ ...declared, ...changes })).toThrow(message)
    expect(() => defineMethod({ ...declared, ...changes })).toThrow(
      expect.objectContaining({
        code: 'INVALID_PLUGIN',
        message: expect.stringContaining('method declared'),
      }),
    )
  })
})

test('a sound declaration is given back as it is', () => {
  expect(defineMethod(declared)).toBe(declared)
})

test('a method in another space differs in what is said of it alone', () => {
  const changed = inSpace(tipAdapter(), 'whitened', { id: 'ta-white', name: 'White', summary: 'Another.' })
  const { id, name, summary, space, aliases, variantOf, ...rest } = changed
  expect({ id, name, summary, space, aliases, variantOf }).toEqual({
    id: 'ta-white',
    name: 'White',
    summary: 'Another.',
    space: 'whitened',
    aliases: [],
    variantOf: 'tip-adapter',
  })
  expect(clipFormOf(inSpace(changed, 'imo', { id: 'x', name: 'X', summary: '' }))).toBe('tip-adapter')
  expect(clipFormOf(tipAdapter())).toBe('tip-adapter')
  expect(Object.keys(tipAdapter())).toEqual(expect.arrayContaining(Object.keys(rest)))
  expect(changed.terms.map(({ name }) => name)).toEqual(['zero-shot', 'cache'])
})

test('linspace is that of NumPy', () => {
  // numpy.linspace(0, 20, 200)[[1, 100, 198, 199]]
  const values = linspace(0, 20, 200)
  expect([1, 100, 198, 199].map((i) => values[i])).toEqual([
    0.10050251256281408, 10.050251256281408, 19.899497487437188, 20,
  ])
  expect(linspace(-1, 1, 3)).toEqual([-1, 0, 1])
})

test('the defaults of a method are its own', () => {
  expect(defaultsOf(tipX())).toEqual({ alpha: 1, beta: 5.5, gamma: 1 })
})

test.each<[string, Method, boolean]>([
  ['Tip-X', tipX(), true],
  ['a sum with a term that reads keys itself', prototype(), true],
  ['a method that scores by itself', scoredPrototype(), true],
  ['a cache alone', { ...declared, terms: [cache] }, false],
])('%s says whether it uses texts', (_, method, texts) => {
  expect(usesTexts(method)).toBe(texts)
})

test('a method that scores by itself can be in another space as well', async () => {
  const changed = inSpace(scoredPrototype() as ScoredMethod, 'imo', {
    id: 'other',
    name: 'Other',
    summary: '',
  })
  expect([changed.space, changed.variantOf, typeof changed.score]).toEqual(['imo', 'outsider', 'function'])
  expect(() => inSpace(zeroShotMethod(), 'imo', { id: 'other', name: 'Other', summary: '' })).toThrow(
    /compares no images/,
  )
})

test('a whole number has whole values, and takes no other', () => {
  const whole = { ...beta, whole: true }
  const parameters = defineMethod({ ...declared, hyperparameters: { alpha, beta: whole } })
  expect(() => checkValues(parameters, { beta: 2 })).not.toThrow()
  expect(() => checkValues(parameters, { beta: 1.5 })).toThrow(
    expect.objectContaining({ code: 'HYPERPARAMETER_OUT_OF_RANGE', argument: 'beta' }),
  )
  const broken = { ...whole, grid: [0, 0.5, 2] }
  expect(() => defineMethod({ ...declared, hyperparameters: { alpha, beta: broken } })).toThrow(
    /beta is declared as a whole number, and has the value 0.5/,
  )
})

test('a method may be for some spaces only, its own among them', () => {
  const method = defineMethod({ ...declared, spaces: ['clip', 'centred'] })
  expect(() => requireSpaceOf(method, 'centred')).not.toThrow()
  expect(() => requireSpaceOf(method, 'whitened')).toThrow(
    expect.objectContaining({ code: 'SPACE_NOT_APPLICABLE', argument: 'space' }),
  )
  expect(() => defineMethod({ ...declared, spaces: ['centred'] })).toThrow(/must include its own, clip/)
})
