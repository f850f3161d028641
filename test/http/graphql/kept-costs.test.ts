import { parse } from 'graphql'
import { expect, test, vi } from 'vitest'
import { keptCosts } from '../../../src/http/graphql/kept-costs.js'
import type { ParsedOperation } from '../../../src/http/graphql/operation.js'

const document = parse('query ($first: Int, $images: [String!]) { a(first: $first, images: $images) }')

/** How often the cost is counted for these operations, one after the other. */
function counted(operations: readonly Partial<ParsedOperation>[], maxCost = 100): number {
  const count = vi.fn(() => 7)
  const costOf = keptCosts(count)
  for (const each of operations) expect(costOf({ document, ...each }, maxCost)).toBe(7)
  return count.mock.calls.length
}

test('the cost of a document is counted once for variables that differ in texts alone', () => {
  expect(counted([{ variables: { images: ['a'] } }, { variables: { images: ['another image'] } }])).toBe(1)
  expect(counted([{}, {}, { variables: null }])).toBe(1)
})

test.each<[string, readonly Partial<ParsedOperation>[]]>([
  ['numbers', [{ variables: { first: 1 } }, { variables: { first: 100 } }]],
  ['lengths of lists', [{ variables: { images: ['a'] } }, { variables: { images: ['a', 'b'] } }]],
  ['nested lists', [{ variables: { images: [[], ['a']] } }, { variables: { images: [['a'], []] } }]],
  ['values that are left out', [{ variables: { first: null } }, { variables: {} }]],
  ['switches', [{ variables: { first: true } }, { variables: { first: false } }]],
  ['a list and one text', [{ variables: { images: ['a'] } }, { variables: { images: 'a' } }]],
  ['names of variables', [{ variables: { first: 5 } }, { variables: { last: 5 } }]],
  ['the operation that is run', [{ operationName: 'A' }, { operationName: 'B' }]],
  ['documents', [{ document: parse('{ a }') }, { document: parse('{ a }') }]],
])('%s are counted by themselves', (_, operations) => {
  expect(counted(operations)).toBe(operations.length)
})

test('what is above the limit stays above it', () => {
  const costOf = keptCosts((_, maxCost) => (maxCost > 5 ? 5 : undefined))
  for (const maxCost of [1, 10, 1]) expect(costOf({ document }, maxCost)).toBe(maxCost > 5 ? 5 : undefined)
})

test('long lists are counted at every request, and many kinds of variables take no more memory than a few', () => {
  const images = Array.from({ length: 1000 }, () => 'a')
  expect(counted([{ variables: { images } }, { variables: { images } }])).toBe(2)
  const each = Array.from({ length: 20 }, (_, first) => ({ variables: { first } }))
  expect(counted([...each, ...each])).toBe(40)
})
