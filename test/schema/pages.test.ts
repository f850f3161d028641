import { expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { startTestServer } from '../helpers/server.js'

const server = await startTestServer()
const { library } = server

const usual = await makeDataset(library, 'Usual')
const other = await makeDataset(library, 'Other')

const drawSupport = (dataset: string, seed: number) =>
  library.supportSets.create({ dataset, shots: 1, seed, augmentations: 1 })

async function compare(dataset: string, seed: number) {
  const { id } = await library.comparisons.compare({
    dataset,
    shots: [1],
    seeds: [seed],
    methods: [{ method: 'zero-shot' }, { method: 'tip-adapter' }],
    selection: 'NONE',
    klScaling: 'FROZEN',
    augmentations: 1,
  })
  return library.comparisons.ended(id)
}

interface Page {
  readonly nodes: readonly { id: string }[]
  readonly pageInfo: { hasNextPage: boolean; endCursor: string | null }
  readonly totalCount: number
}

async function readPage(noun: string, page: string): Promise<Page> {
  const fields = '{ nodes { id } pageInfo { hasNextPage endCursor } totalCount }'
  return (await server.query<Record<'page', Page>>(`{ page: ${noun}(${page}) ${fields} }`)).page
}

const idsOf = ({ nodes }: Page) => nodes.map(({ id }) => id)

let made = 0
const nouns = {
  datasets: () => library.datasets.create({ name: `Page ${made++}`, classes: [{ name: 'a' }] }),
  supportSets: () => drawSupport(usual.id, made++),
  comparisons: () => compare(usual.id, made++),
  runs: () => compare(usual.id, made++),
}

test.each(Object.entries(nouns))(
  '%s: a page goes on where the last one ended, newest first, while more come',
  async (noun, add) => {
    for (let i = 0; i < 4; i++) await add()
    const all = await readPage(noun, 'first: 100')
    expect(all.totalCount).toBe(all.nodes.length)
    expect(all.pageInfo.hasNextPage).toBe(false)
    expect(idsOf(all)).toEqual([...idsOf(all)].sort().reverse())

    const read: string[] = []
    let after: string | null = null
    do {
      const page = await readPage(noun, `first: 2, after: ${JSON.stringify(after)}`)
      read.push(...idsOf(page))
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
      await add()
    } while (after !== null)
    expect(read).toEqual(idsOf(all))

    const later = await readPage(noun, 'first: 100')
    expect(later.totalCount).toBeGreaterThan(all.totalCount)
  },
)

test('a page has 20 entries unless told otherwise, and null is as good as nothing', async () => {
  while ((await readPage('datasets', 'first: 1')).totalCount <= 20) await nouns.datasets()
  for (const argument of ['after: null', 'first: null']) {
    const page = await readPage('datasets', argument)
    expect(page.nodes.length).toBe(20)
    expect(page.pageInfo.hasNextPage).toBe(true)
  }
})

test('a cursor past the end gives an empty page', async () => {
  const { nodes, totalCount } = await readPage('datasets', 'first: 100')
  const first = nodes.at(-1)?.id ?? ''
  const cursor = Buffer.from(first).toString('base64url')
  expect(await readPage('datasets', `after: "${cursor}"`)).toEqual({
    nodes: [],
    pageInfo: { hasNextPage: false, endCursor: null },
    totalCount,
  })
})

test('support sets, comparisons and runs can be kept to a dataset', async () => {
  const supportSet = await drawSupport(other.id, 1000)
  const comparison = await compare(other.id, 1000)
  const filter = `dataset: "${other.id}"`
  expect((await readPage('supportSets', filter)).nodes[0]).toEqual({ id: supportSet.id })
  expect(idsOf(await readPage('comparisons', filter))).toEqual([comparison.id])
  expect((await readPage('runs', filter)).totalCount).toBe(2)
})

test('runs can be kept to a method, by any of its names, and to a status', async () => {
  const { totalCount } = await readPage('runs', `dataset: "${other.id}"`)
  expect(totalCount).toBeGreaterThan(0)
  const kept = (filter: string) => readPage('runs', `dataset: "${other.id}", ${filter}`)
  expect((await kept('method: "ta"')).totalCount).toBe(totalCount / 2)
  expect((await kept('method: "Zero-shot CLIP"')).totalCount).toBe(totalCount / 2)
  expect((await kept('status: SUCCEEDED')).totalCount).toBe(totalCount)
  expect((await kept('status: FAILED')).totalCount).toBe(0)
})

test('runs and comparisons can be kept to times and to what is in them, and come in other orders', async () => {
  const filter = `dataset: "${other.id}"`
  const all = idsOf(await readPage('runs', filter))
  expect(idsOf(await readPage('runs', `${filter}, orderBy: CREATED, direction: ASCENDING`))).toEqual(
    all.toReversed(),
  )
  expect((await readPage('runs', `${filter}, orderBy: ACCURACY`)).totalCount).toBe(all.length)
  expect(idsOf(await readPage('runs', `${filter}, space: "clip", shots: 1, seed: 1000`)).length).toBe(1)
  const [comparison] = idsOf(await readPage('comparisons', filter))
  expect(idsOf(await readPage('runs', `comparison: "${comparison}"`)).sort()).toEqual([...all].sort())
  const now = new Date().toISOString()
  for (const noun of ['runs', 'comparisons']) {
    const total = async (time: string) => (await readPage(noun, `${filter}, ${time}`)).totalCount
    expect(await total(`created: { from: "${now}" }`)).toBe(0)
    expect(await total(`finished: { before: "${now}" }, status: SUCCEEDED`)).toBeGreaterThan(0)
    expect(await total(`orderBy: FINISHED, direction: null, method: "ta", shots: 1`)).toBe(1)
  }
  const { errors } = await server.ask('{ runs(comparison: "nowhere") { totalCount } }')
  expect(errors?.[0]?.extensions).toEqual({ code: 'UNKNOWN_COMPARISON', argument: 'comparison' })
})

test.each(Object.keys(nouns))('%s: pages from the end meet those from the front', async (noun) => {
  const read = async (page: string) =>
    (
      await server.query<{ page: BothWays }>(
        `{ page: ${noun}(${page}) { nodes { id } edges { cursor node { id } }
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }`,
      )
    ).page
  const all = await read('first: 100')
  expect(all.edges.map(({ node }) => node)).toEqual(all.nodes)
  expect(all.pageInfo).toMatchObject({
    hasPreviousPage: false,
    startCursor: all.edges[0]?.cursor,
    endCursor: all.edges.at(-1)?.cursor,
  })
  const last = await read('last: 2')
  expect(last.nodes).toEqual(all.nodes.slice(-2))
  expect(last.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true })
  const before = await read(`last: 1, before: "${last.pageInfo.startCursor}"`)
  expect(before.nodes).toEqual(all.nodes.slice(-3, -2))
  expect(before.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true })
  const [first, second, third] = all.edges
  const between = await read(`after: "${first?.cursor}", before: "${third?.cursor}"`)
  expect(between.nodes).toEqual([second?.node])
  expect(between.totalCount).toBe(all.totalCount)
})

test('a page is asked for from one end, and its cursors must be cursors', async () => {
  for (const [page, argument] of [
    ['first: 1, last: 1', 'last'],
    ['last: 0', 'last'],
    ['last: 1, before: "?"', 'before'],
    ['first: 1, after: "?"', 'after'],
  ]) {
    const { errors } = await server.ask(`{ datasets(${page}) { totalCount } }`)
    expect(errors?.[0]?.extensions).toEqual({ code: 'INVALID_VALUE', argument })
  }
  const { errors } = await server.ask('{ datasets(last: 100000) { totalCount } }')
  expect(errors?.[0]?.extensions.code).toMatch(/PAGE_TOO_LARGE|QUERY_TOO_COSTLY/)
})

test('datasets are found by a part of their name, and stand in its order where that is asked for', async () => {
  const names = ['zebra crossing', 'Apple crossings', 'mango CROSSING']
  for (const name of names) await library.datasets.create({ name, classes: [{ name: 'a' }] })
  const read = async (page: string) =>
    (
      await server.query<{
        datasets: { nodes: { name: string }[]; totalCount: number; pageInfo: { endCursor: string } }
      }>(`{ datasets(name: "Crossing", ${page}) { nodes { name } totalCount pageInfo { endCursor } } }`)
    ).datasets
  const all = await read('first: 10')
  expect(all.nodes.map(({ name }) => name)).toEqual(names.toReversed())
  expect(all.totalCount).toBe(3)
  const order = 'orderBy: NAME, direction: ASCENDING'
  const sorted = (await read(`first: 10, ${order}`)).nodes.map(({ name }) => name)
  // Databases differ in whether capitals come first.
  expect(sorted.map((name) => name.toLowerCase()).toSorted()).toEqual(
    names.map((name) => name.toLowerCase()).toSorted(),
  )
  expect(sorted.indexOf('mango CROSSING')).toBeLessThan(sorted.indexOf('zebra crossing'))
  const first = await read(`first: 1, ${order}`)
  const rest = await read(`first: 10, after: "${first.pageInfo.endCursor}", ${order}`)
  expect([...first.nodes, ...rest.nodes].map(({ name }) => name)).toEqual(sorted)
  expect((await read(`first: 10, orderBy: NAME`)).nodes.map(({ name }) => name)).toEqual(sorted.toReversed())
})

interface BothWays extends Omit<Page, 'pageInfo'> {
  readonly edges: readonly { cursor: string; node: { id: string } }[]
  readonly pageInfo: { readonly startCursor: string | null }
}
