import { beforeAll, describe, expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { startTestServer } from '../helpers/server.js'

const server = await startTestServer({ SHOTBOARD_MAX_LIST_SIZE: '60' })
const { library } = server

interface Page {
  readonly edges: readonly { readonly cursor: string }[]
  readonly nodes: readonly object[]
  readonly pageInfo: Record<'hasNextPage' | 'hasPreviousPage', boolean> &
    Record<'startCursor' | 'endCursor', string | null>
  readonly totalCount: number
}
const page = 'edges { cursor } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }'
const contrast = 'method: "tip-adapter", space: "clip", baseline: "zero-shot", shots: 1'

let ids: Record<'dataset' | 'comparison' | 'other' | 'supportSet' | 'many', string>
beforeAll(async () => {
  const { id: dataset } = await makeDataset(library, 'Whole lists')
  const compare = async (seeds: number[]) => {
    const { id } = await library.comparisons.compare({
      ...{ dataset, shots: [1, 2], seeds, selection: 'NONE', klScaling: 'FROZEN', augmentations: 1 },
      methods: [{ method: 'zero-shot' }, { method: 'tip-adapter' }],
    })
    await library.comparisons.ended(id)
    return id
  }
  const [comparison, other] = [await compare([1, 2]), await compare([3])]
  const { id: supportSet } = await library.supportSets.create({
    dataset,
    shots: 2,
    seed: 1,
    augmentations: 1,
  })
  const { id: many } = await library.datasets.create({
    name: 'Sixty-one classes',
    classes: Array.from({ length: 61 }, (_, i) => ({ name: `class ${i}` })),
  })
  ids = { dataset, comparison, other, supportSet, many }
})

/** The field that has a list, with its other arguments, and what tells its entries apart. */
const lists = [
  ['comparison', 'rows', '', 'shots method { id }', 4],
  ['comparison', 'runs', '', 'id', 8],
  ['comparison', 'pairs', 'baseline: "zero-shot"', 'shots method { id }', 2],
  ['comparison', 'classDeltas', contrast, 'class { index }', 3],
  ['comparison', 'against', 'other: OTHER', 'shots method { id }', 4],
  ['dataset', 'classes', '', 'index', 3],
  ['dataset', 'samples', '', 'class { index }', 3],
  ['supportSet', 'images', '', 'image { id }', 6],
] as const

describe.each(lists)('%s.%s', (of, list, more, entry, length) => {
  const ask = async (paging: string, id = ids[of]): Promise<Page> => {
    const given = [more.replace('OTHER', `"${ids.other}"`), paging].filter((each) => each !== '').join(', ')
    const document = `{ ${of}(id: "${id}") { ${list}${given && `(${given})`} { nodes { ${entry} } ${page} } } }`
    return (await server.query<Record<string, Record<string, Page>>>(document))[of]?.[list] ?? expect.fail()
  }

  test('comes whole where no page is asked for', async () => {
    const all = await ask('')
    expect([all.nodes.length, all.edges.length, all.totalCount]).toEqual([length, length, length])
    expect(all.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false })
  })

  test('comes in pages of the same entries, from either end', async () => {
    const { nodes } = await ask('')
    const first = await ask('first: 2')
    expect(first.nodes).toEqual(nodes.slice(0, 2))
    expect(first.pageInfo).toMatchObject({ hasNextPage: length > 2, hasPreviousPage: false })
    expect(first.totalCount).toBe(length)
    const rest = await ask(`after: "${first.pageInfo.endCursor}"`)
    expect(rest.nodes).toEqual(nodes.slice(2))
    const last = await ask('last: 1')
    expect(last.nodes).toEqual(nodes.slice(-1))
    const before = await ask(`last: 1, before: "${last.pageInfo.startCursor}"`)
    expect(before.nodes).toEqual(nodes.slice(-2, -1))
  })
})

const problemOf = async (document: string) => {
  const { errors } = await server.ask(document)
  return errors?.map(({ message, extensions: { code, argument } }) => ({ message, code, argument }))
}

test('a list that is too long for one answer says so, and comes in pages', async () => {
  const ask = (paging: string) =>
    `{ dataset(id: "${ids.many}") { classes${paging} { nodes { index } totalCount } } }`
  expect(await problemOf(ask(''))).toEqual([
    { message: expect.stringContaining('61 entries'), code: 'PAGE_REQUIRED', argument: 'first' },
  ])
  expect(await problemOf(ask('(first: 61)'))).toMatchObject([{ code: 'PAGE_TOO_LARGE', argument: 'first' }])
  expect(await problemOf(ask('(first: 0)'))).toMatchObject([{ code: 'INVALID_VALUE', argument: 'first' }])
  expect(await problemOf(ask('(first: 1, last: 1)'))).toMatchObject([{ code: 'INVALID_VALUE' }])
  expect(await problemOf(ask('(after: "none")'))).toMatchObject([
    { code: 'INVALID_VALUE', argument: 'after' },
  ])
  interface Answer {
    readonly dataset: { readonly classes: Pick<Page, 'nodes' | 'totalCount'> }
  }
  const { dataset } = await server.query<Answer>(ask('(first: 60)'))
  expect([dataset.classes.nodes.length, dataset.classes.totalCount]).toEqual([60, 61])
})
