import katex from 'katex'
import { expect, test } from 'vitest'
import { defineMethod } from '../../src/methods/contract.js'
import { formulaOf, symbolOf } from '../../src/methods/formula.js'
import { zeroShot as zeroShotTerm } from '../../src/methods/terms/zero-shot.js'
import { tipX } from '../../src/methods/tip-x.js'
import { zeroShot } from '../../src/methods/zero-shot.js'
import { builtin } from '../../src/plugins/builtin.js'

test('a method’s formula is the sum of its weighted terms', () => {
  expect(formulaOf(zeroShot())).toBe(String.raw`s\,TW^\top`)
  expect(formulaOf(tipX())).toBe(
    String.raw`s\,TW^\top + \alpha\,\exp\!\left(-\beta\left(1 - UG^\top\right)\right)L + \gamma\,\varphi(-M)\,L`,
  )
})

test('what has no formula stands under its name, whatever characters that has', () => {
  const { formula: _, ...term } = zeroShotTerm()
  const method = defineMethod({
    ...zeroShot(),
    hyperparameters: { my_weight: { kind: 'weight', default: 0, grid: [0, 1], summary: '' } },
    terms: [{ ...term, name: 'half-{life}\\_%', weight: 'my_weight' }],
  })
  expect(() => katex.renderToString(formulaOf(method), { throwOnError: true })).not.toThrow()
  expect(symbolOf('lambda')).toBe(String.raw`\lambda`)
})

test('every formula that is built in is TeX', () => {
  const { methods = [], spaces = [] } = builtin()
  const formulas = [...methods.map(formulaOf), ...spaces.flatMap(({ formula }) => formula ?? [])]
  expect(formulas).toHaveLength(methods.length + spaces.length)
  for (const formula of formulas) {
    expect(() => katex.renderToString(formula, { throwOnError: true })).not.toThrow()
  }
})
