import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createProgressBar, formatRemaining } from '../../src/cli/progress-bar.js'

test.each([
  ['0', 'estimating the time left'],
  ['NULL', 'estimating the time left'],
  ['INF', 'estimating the time left'],
  [Number.NaN, 'estimating the time left'],
  [0, 'about 0 s left'],
  [59.2, 'about 60 s left'],
  [61, 'about 2 min left'],
  [3600, 'about 1 h 0 min left'],
  [9000, 'about 2 h 30 min left'],
])('%s seconds are %s', (seconds, text) => {
  expect(formatRemaining(seconds)).toBe(text)
})

test('a bar that is no terminal writes lines with the share done and the time left', () => {
  const stream = new PassThrough()
  const bar = createProgressBar('Working', stream as unknown as NodeJS.WriteStream)
  bar.update(250, 1000)
  bar.update(1000, 1000)
  bar.stop()
  const lines = String(stream.read()).trim().split('\n')
  expect(lines[0]).toMatch(/^Working █{10}░{30} 25% · estimating the time left$/)
  expect(lines.at(-1)).toMatch(/^Working █{40} 100% · done$/)
})
