import { Lexer, Source, TokenKind } from 'graphql'
import { expect, test } from 'vitest'
import { requireShallow } from '../../../src/http/graphql/nesting.js'
import { seeded } from '../../../src/system/random.js'

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

/** The deepest brackets by GraphQL's own lexer; undefined for text that it refuses. */
function deepestByLexer(text: string): number | undefined {
  const lexer = new Lexer(new Source(text))
  let [depth, deepest] = [0, 0]
  try {
    for (let { kind } = lexer.advance(); kind !== TokenKind.EOF; kind = lexer.advance().kind) {
      if (kind === TokenKind.BRACE_L || kind === TokenKind.BRACKET_L || kind === TokenKind.PAREN_L) depth += 1
      if (kind === TokenKind.BRACE_R || kind === TokenKind.BRACKET_R || kind === TokenKind.PAREN_R) depth -= 1
      deepest = Math.max(deepest, depth)
    }
  } catch {
    return undefined
  }
  return deepest
}

test('brackets are counted as by the lexer of GraphQL, whatever strings and comments are around them', () => {
  const random = seeded('nesting', 1)
  const pieces = [
    '{',
    '[',
    '('.repeat(40),
    ')',
    ']',
    'a',
    '"',
    '""',
    '"""',
    '\\',
    '\\"""',
    '#',
    '\n',
    '\r',
    ' ',
  ]
  let compared = 0
  for (let i = 0; i < 20_000; i++) {
    const length = 1 + random.integer(14)
    const text = Array.from({ length }, () => pieces[random.integer(pieces.length)]).join('')
    const deepest = deepestByLexer(text)
    if (deepest === undefined) continue
    compared += 1
    const check = () => requireShallow(text, settings)
    if (deepest > 110) expect(check, JSON.stringify(text)).toThrow('nested')
    else expect(check, JSON.stringify(text)).not.toThrow()
  }
  expect(compared).toBeGreaterThan(3000)
})
