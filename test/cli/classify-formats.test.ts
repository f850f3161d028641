import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { formats } from '../../src/cli/classify-formats.js'

const answer = (file: string, label = 'bag') => ({
  ...{ file, id: '', error: null, set: [label], isNoneOfThese: false, isInSupportSet: false },
  top: [{ class: label, probability: 0.5 }],
})
const names = [
  'plain.png',
  'new\nline.png',
  'a"quote", and comma.png',
  'cr\rback.png',
  ' =cmd.png',
  'ünï 😀.png',
]

test('CSV and lines of JSON give back every name', () => {
  const { head, line } = formats.csv(1)
  const rows: { file: string }[] = parse(head + names.map((name) => line(answer(name))).join(''), {
    columns: true,
  })
  expect(rows.map(({ file }) => file)).toEqual(names)
  const lines = names.map((name) => formats.jsonl().line(answer(name)))
  expect(lines.map((text) => (JSON.parse(text) as { file: string }).file)).toEqual(names)
  expect(lines.every((text) => text.indexOf('\n') === text.length - 1)).toBe(true)
})

test('the table has a line for each image, whatever the names of files and classes', () => {
  for (const text of ['new\nline', '\x1b[2J', '😀'.repeat(30)]) {
    const line = formats.table(1).line(answer(`${text}.png`, text))
    expect(line.indexOf('\n')).toBe(line.length - 1)
    expect(line).not.toContain('\x1b')
    expect([...line.slice(0, line.indexOf('%'))].length).toBe(24 + 1 + 6)
    // No character is cut in two.
    expect(Buffer.from(line).toString()).toBe(line)
  }
})
