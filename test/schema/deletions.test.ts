import { expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const empty = await server.counts()

const remove = (what: 'Dataset' | 'SupportSet' | 'Comparison', id: string) =>
  server.ask<Record<string, string>>(`mutation ($id: ID!) { delete${what}(input: { id: $id }) { id } }`, {
    id,
  })

test('a comparison, a support set and a dataset are deleted, and nothing is left', async () => {
  const { id } = await makeDataset(server.library, 'Deleted')
  const {
    compare: { comparison: made },
  } = await server.read<{ compare: { comparison: { id: string } } }>(
    `mutation ($id: ID!) {
      compare(input: { dataset: $id, support: { shots: [1] }, methods: [{ method: "tip-adapter" }], selection: NONE }) { comparison { id } }
    }`,
    { id },
  )
  await server.library.comparisons.ended(made.id)
  const { comparison } = await server.read<{ comparison: { runs: { supportSet: { id: string } }[] } }>(
    'query ($id: ID!) { comparison(id: $id) { runs { nodes { supportSet { id } } } } }',
    { id: made.id },
  )
  const supportSet = comparison.runs[0]?.supportSet.id ?? ''
  expect((await remove('SupportSet', supportSet)).data).toEqual({ deleteSupportSet: { id: supportSet } })
  const after = await server.read<{ comparison: { runs: { accuracy: number; supportSet: null }[] } }>(
    'query ($id: ID!) { comparison(id: $id) { runs { nodes { accuracy supportSet { id } } } } }',
    { id: made.id },
  )
  expect(after.comparison.runs).toEqual([{ accuracy: expect.any(Number), supportSet: null }])
  expect((await remove('Comparison', made.id)).data).toEqual({ deleteComparison: { id: made.id } })
  expect((await remove('Dataset', id)).data).toEqual({ deleteDataset: { id } })
  expect(await server.counts()).toEqual(empty)
})

test.each([
  ['Dataset', 'UNKNOWN_DATASET'],
  ['SupportSet', 'UNKNOWN_SUPPORT_SET'],
  ['Comparison', 'UNKNOWN_COMPARISON'],
] as const)('an unknown %s cannot be deleted', async (what, code) => {
  expect((await remove(what, 'none')).errors?.[0]?.extensions).toEqual({ code, argument: 'input.id' })
})
