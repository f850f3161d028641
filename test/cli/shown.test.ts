import { expect, test } from 'vitest'
import { shown, shownLines } from '../../src/cli/shown.js'

test.each([
  ['ünï 漢字 😀.png', 'ünï 漢字 😀.png'],
  ['new\nline.png', 'new\\nline.png'],
  ['tab\tand\rback.png', 'tab\\tand\\rback.png'],
  ['\x1b[31mred\x07.png', '\\u001b[31mred\\u0007.png'],
  ['\x9b31m.png', '\\u009b31m.png'],
  ['gpj.\u202egnp.png', 'gpj.\\u202egnp.png'],
])('a name is printed in one line, and does nothing to the terminal: %j', (name, expected) => {
  expect(shown(name)).toBe(expected)
})

test('a message keeps its lines', () => {
  expect(shownLines('one\n\x1b[2Jtwo')).toBe('one\n\\u001b[2Jtwo')
})
