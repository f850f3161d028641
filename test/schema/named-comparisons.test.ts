import { expect, test } from 'vitest'
import { compareInput } from '../helpers/compare-input.js'
import { makeDataset } from '../helpers/datasets.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server
const dataset = await makeDataset(library, 'Named comparisons')

const usual = { dataset: dataset.id, shots: [1, 2], seeds: [1, 2], selection: 'NONE' }

async function compared(more: object = {}): Promise<string> {
  const methods = [{ method: 'zero-shot' }, { method: 'tip-adapter', space: 'clip' }]
  const { compare } = await server.read<{ compare: { comparison: { id: string } } }>(
    'mutation ($input: CompareInput!) { compare(input: $input) { comparison { id } } }',
    { input: compareInput({ ...usual, methods, ...more }) },
  )
  const { id } = compare.comparison
  await library.comparisons.ended(id)
  return id
}

const listed = async (more: string): Promise<string[]> =>
  (
    await server.read<{ comparisons: { nodes: { id: string }[]; totalCount: number } }>(
      `query ($id: ID!) { comparisons(dataset: $id, first: 60${more}) { nodes { id } totalCount } }`,
      { id: dataset.id },
    )
  ).comparisons.nodes.map(({ id }) => id)

const update = (input: object) =>
  server.ask<{ updateComparison: { comparison: { name: string | null; notes: string } } }>(
    'mutation ($input: UpdateComparisonInput!) { updateComparison(input: $input) { comparison { name notes } } }',
    { input },
  )

const put = (what: 'discard' | 'restore', id: string) =>
  server.ask<Record<string, { comparison: { discardedAt: string | null } }>>(
    `mutation ($id: ID!) { ${what}Comparison(input: { id: $id }) { comparison { discardedAt } } }`,
    { id },
  )

test('a comparison has a name and notes, which can be changed and searched for', async () => {
  const id = await compared({ name: '  Shoes, Round 1 ', notes: 'Soles look alike' })
  const other = await compared()
  expect(await listed(', search: "rOUND 1"')).toEqual([id])
  expect(await listed(', search: "soles"')).toEqual([id])
  expect((await listed(', search: "named COMP"')).toSorted()).toEqual([id, other].toSorted())
  expect(await listed(', search: "100 %_"')).toEqual([])
  expect((await update({ id, name: 'Second' })).data?.updateComparison.comparison).toEqual({
    name: 'Second',
    notes: 'Soles look alike',
  })
  expect((await update({ id, name: null, notes: '' })).data?.updateComparison.comparison).toEqual({
    name: null,
    notes: '',
  })
  expect((await update({ id, name: 'x'.repeat(201) })).errors?.[0]?.extensions).toEqual({
    code: 'INVALID_VALUE',
    argument: 'input.name',
  })
  expect((await update({ id: 'none', name: 'x' })).errors?.[0]?.extensions.code).toBe('UNKNOWN_COMPARISON')
})

test('a comparison that is put away leaves the lists, can be taken back, and is deleted after 7 days', async () => {
  const id = await compared({ name: 'Put away' })
  expect((await put('discard', id)).data?.discardComparison?.comparison.discardedAt).toEqual(
    expect.any(String),
  )
  expect(await listed('')).not.toContain(id)
  expect(await listed(', discarded: true')).toEqual([id])
  // The same question again makes a new comparison instead of showing the one that was put away.
  const runs = await library.store.comparisons.runs(id)
  const again = await library.comparisons.compareOnce({
    ...{ dataset: dataset.id, shots: [1, 2], seeds: [1, 2], selection: 'NONE' },
    methods: [...new Set(runs.map(({ method }) => method))].map((method) => ({ method })),
    ...{ klScaling: 'FROZEN', augmentations: 1 },
  })
  expect(again.id).not.toBe(id)
  await library.comparisons.ended(again.id)

  await library.deletions.discarded()
  expect((await put('restore', id)).data?.restoreComparison?.comparison.discardedAt).toBeNull()
  expect(await listed('')).toContain(id)

  await library.store.comparisons.describe(id, { discardedAt: new Date(Date.now() - 7.1 * 86_400_000) })
  await library.deletions.discarded()
  expect(await library.store.comparisons.get(id)).toBeNull()
  expect((await put('restore', id)).errors?.[0]?.extensions).toEqual({
    code: 'UNKNOWN_COMPARISON',
    argument: 'input.id',
  })
})

interface Difference {
  readonly shots: number
  readonly method: { id: string }
  readonly accuracy: { mean: number; low: number; high: number }
  readonly otherAccuracy: { mean: number; low: number; high: number }
  readonly difference: number
  readonly low: number
  readonly high: number
  readonly paired: boolean
}

const against = (id: string, other: string) =>
  server.ask<{ comparison: { against: { nodes: Difference[] } } }>(
    `query ($id: ID!, $other: ID!) { comparison(id: $id) { against(other: $other) { nodes {
      shots method { id } accuracy { mean low high } otherAccuracy { mean low high } difference low high paired } } } }`,
    { id, other },
  )

test('two comparisons stand side by side: image by image where they can, and else by their intervals', async () => {
  const [first, second] = [await compared(), await compared({ selection: 'LEAVE_ONE_OUT' })]
  const same = (await against(first, second)).data?.comparison.against.nodes ?? []
  expect(same.map(({ shots, method }) => `${method.id} ${shots}`).toSorted()).toEqual([
    ...['tip-adapter 1', 'tip-adapter 2', 'zero-shot 1', 'zero-shot 2'],
  ])
  for (const { accuracy, otherAccuracy, difference, low, high, paired } of same) {
    expect(difference).toBeCloseTo(accuracy.mean - otherAccuracy.mean, 6)
    expect(paired).toBe(true)
    expect(low).toBeLessThanOrEqual(difference)
    expect(high).toBeGreaterThanOrEqual(difference)
  }
  // Zero-shot has nothing to select: image by image, it is the same.
  const zeroShot = same.find(({ method }) => method.id === 'zero-shot')
  expect(zeroShot?.difference).toBe(0)

  const elsewhere = await makeDataset(library, 'Named comparisons elsewhere', { SUPPORT_POOL: 5, TEST: 7 })
  const third = await compared({ dataset: elsewhere.id })
  for (const { difference, low, high, paired, accuracy: a, otherAccuracy: b } of (await against(first, third))
    .data?.comparison.against.nodes ?? []) {
    expect(paired).toBe(false)
    expect(difference - low).toBeCloseTo(Math.hypot(a.mean - a.low, b.high - b.mean), 6)
    expect(high - difference).toBeCloseTo(Math.hypot(a.high - a.mean, b.mean - b.low), 6)
  }
  expect((await against(first, first)).errors?.[0]?.extensions).toEqual({
    code: 'INVALID_VALUE',
    argument: 'other',
  })
  expect((await against(first, 'none')).errors?.[0]?.extensions.code).toBe('UNKNOWN_COMPARISON')
})
