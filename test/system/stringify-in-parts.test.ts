import { expect, test } from 'vitest'
import { seeded } from '../../src/system/random.js'
import { stringify, stringifyInParts } from '../../src/system/stringify-in-parts.js'

const random = seeded('values')

/** Any JSON, and what JSON.stringify leaves out or writes in its own way. */
function anyValue(depth: number): unknown {
  const kinds: readonly (() => unknown)[] = [
    () => random.next() - 0.5,
    () => 'é"\n\\€'.slice(random.integer(6)),
    () => null,
    () => undefined,
    () => new Date(random.integer(1e9)),
    () => Number.NaN,
    () => Array.from({ length: random.integer(6) }, () => anyValue(depth - 1)),
    () => Array.from({ length: 3000 }, (_, i) => (i % 7 === 0 ? undefined : { i })),
    () =>
      Object.assign(
        Object.create(null),
        Object.fromEntries(
          Array.from({ length: random.integer(5) }, (_, i) => [`k${i}`, anyValue(depth - 1)]),
        ),
      ),
  ]
  return kinds[random.integer(depth > 0 ? kinds.length : 6)]?.()
}

test.each([0, 2])('writes what JSON.stringify writes, with an indentation of %i', async (indent) => {
  for (let i = 0; i < 60; i++) {
    const value = { first: anyValue(4), next: [anyValue(4), anyValue(3)], last: anyValue(2) }
    expect(await stringify(value, indent)).toBe(JSON.stringify(value, null, indent))
  }
  expect(await stringify(undefined)).toBe('')
})

test('a long list comes in pieces, and other work runs in between', async () => {
  let turns = 0
  const count = () => {
    turns += 1
    timer = setImmediate(count)
  }
  let timer = setImmediate(count)
  const list = Array.from({ length: 200_000 }, (_, i) => ({ id: `id ${i}`, at: [i, i / 3] }))
  const pieces: string[] = []
  for await (const piece of stringifyInParts({ data: { list } })) pieces.push(piece)
  clearImmediate(timer)
  expect(pieces.length).toBeGreaterThan(50)
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(2 ** 19)
  expect(turns).toBeGreaterThan(1)
})
