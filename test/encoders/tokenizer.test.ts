import { expect, test } from 'vitest'
import { readModelFolder } from '../../src/encoders/model-folder.js'
import { openTokenizer } from '../../src/encoders/tokenizer.js'
import { fixture, miniClip } from './files.js'

const model = await readModelFolder(miniClip)
const tokenize = await openTokenizer(model)
const { contextLength, endOfTextToken, padToken } = model.manifest
const expected = await fixture<Record<string, string>>('tokens')

/** The ids of each text, as a string with the padding. */
function rowsOf(texts: readonly string[]): string[] {
  const { ids, length } = tokenize(texts)
  expect(ids.length).toBe(texts.length * length)
  return texts.map((_, i) => ids.slice(i * length, (i + 1) * length).join(' '))
}

/** Ids of a row with what must follow them up to `length`. */
function padded(ids: string, length: number): string {
  const row = ids.split(' ')
  return [...row, ...Array<number>(Math.max(0, length - row.length)).fill(padToken)].join(' ')
}

test('each of some 270 texts has the ids that the reference gives it', () => {
  expect(Object.keys(expected).length).toBeGreaterThan(200)
  for (const [text, ids] of Object.entries(expected)) {
    expect(rowsOf([text]), JSON.stringify(text)).toEqual([padded(ids, 3)])
  }
})

test('all texts at once have the same ids, padded to the longest', () => {
  const texts = Object.keys(expected)
  expect(rowsOf(texts)).toEqual(texts.map((text) => padded(expected[text] ?? '', contextLength)))
})

test('an empty text is the start and the end token, padded to three', () => {
  expect(rowsOf([''])).toEqual([`0 ${endOfTextToken} ${padToken}`])
})

test('what is too long is cut, the end token kept', () => {
  for (const text of ['dog '.repeat(31), 'dog '.repeat(32), 'dog '.repeat(1000), '!?'.repeat(500)]) {
    const { ids, length } = tokenize([text])
    expect(length).toBe(contextLength)
    expect(ids.at(-1)).toBe(BigInt(endOfTextToken))
    expect(ids.indexOf(BigInt(endOfTextToken))).toBe(contextLength - 1)
  }
})

test('a text that just fits is not cut', () => {
  const { ids } = tokenize(['1'.repeat(contextLength - 2)])
  expect(new Set(ids.slice(1, -1)).size).toBe(1)
  expect(ids.at(-1)).toBe(BigInt(endOfTextToken))
})

test('no texts have no ids', () => {
  expect(tokenize([]).ids).toHaveLength(0)
})
