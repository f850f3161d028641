import { expect, test } from 'vitest'
import { requireShallow } from '../../../src/http/graphql/nesting.js'

// Five fields deep, a document may have 110 brackets in each other.
const settings = { maxQueryDepth: 5 }
const nested = (open: string, close: string, times: number): string =>
  open.repeat(times) + close.repeat(times)

test.each([
  ['fragments', `{ ${nested('... {', '}', 109)} }`],
  ['lists', `{ a(b: ${nested('[', ']', 108)}) }`],
  ['objects', `{ a(b: ${nested('{c:', '}', 108)}) }`],
  ['types', `query ($a: ${nested('[', ']', 109)}) { b }`],
  ['brackets that do not end', '{'.repeat(110)],
])('%s as deep as is allowed pass, and no deeper ones', (_, text) => {
  expect(() => requireShallow(text, settings)).not.toThrow()
  expect(() => requireShallow(`{${text}}`, settings)).toThrow('nested at most 110 deep')
})

const many = '['.repeat(1000)

test.each([
  ['a string', `{ a(b: "${many}") }`],
  ['a string with a quote', `{ a(b: "\\"${many}\\\\") }`],
  ['a block string', `{ a(b: """${many} "${many}" \\"""${many}""") }`],
  ['an empty string and a block string', `{ a(b: "", c: """""", d: """${many}""") }`],
  ['a comment', `{ a # ${many} "\n}`],
  ['brackets beside each other', `{ ${'a { b } '.repeat(1000)} }`],
])('%s is not deep', (_, text) => {
  expect(() => requireShallow(text, settings)).not.toThrow()
})

test.each([
  ['a string', `{ a(b: "x") ${many}`],
  ['a string with quotes', `{ a(b: "\\"\\\\") ${many}`],
  ['a block string', `{ a(b: """x \\""" "" """) ${many}`],
  ['a string that ends with its line', `{ a(b: "x\n ${many}`],
  ['a comment', `{ a # "\n ${many}`],
])('what comes after %s counts', (_, text) => {
  expect(() => requireShallow(text, settings)).toThrow('nested')
})
