import { expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server
const dataset = await makeDataset(library, 'Reliability', { SUPPORT_POOL: 3, TEST: 4 })

async function compare() {
  const { id } = await library.comparisons.compare({
    ...{ dataset: dataset.id, shots: [1, 2], seeds: [1, 2, 3] },
    ...{ methods: [{ method: 'zero-shot' }, { method: 'tip-adapter' }] },
    ...{ selection: 'NONE', klScaling: 'FROZEN', augmentations: 1 },
  })
  await library.comparisons.ended(id)
  return id
}
const id = await compare()

interface Bin {
  readonly low: number
  readonly high: number
  readonly images: number
  readonly confidence: number | null
  readonly accuracy: number | null
}
interface Row {
  readonly method: { id: string }
  readonly shots: number
  readonly accuracy: { mean: number }
  readonly reliability: readonly Bin[]
}

const document = (argument: string) => `query ($id: ID!) { comparison(id: $id) { rows { nodes {
  method { id } shots accuracy { mean } reliability${argument} { low high images confidence accuracy }
} } } }`
const rowsWith = async (argument = ''): Promise<readonly Row[]> =>
  (await server.read<{ comparison: { rows: Row[] } }>(document(argument), { id })).comparison.rows

test('a row has every test image of every support set in one bin, and they are right as often as it says', async () => {
  const rows = await rowsWith()
  expect(rows.length).toBe(4)
  for (const { reliability, accuracy } of rows) {
    expect(reliability.map(({ low }) => low)).toEqual(Array.from({ length: 10 }, (_, i) => i / 10))
    expect(reliability.reduce((sum, { images }) => sum + images, 0)).toBe(3 * 12)
    const right = reliability.reduce((sum, bin) => sum + bin.images * (bin.accuracy ?? 0), 0)
    expect(right / (3 * 12)).toBeCloseTo(accuracy.mean, 9)
    for (const { low, high, images, confidence } of reliability) {
      expect(confidence === null).toBe(images === 0)
      if (confidence === null) continue
      expect(confidence).toBeGreaterThan(low)
      expect(confidence).toBeLessThanOrEqual(high)
    }
  }
})

test('it has as many bins as are asked for, and 10 for null', async () => {
  expect((await rowsWith('(bins: 3)')).map(({ reliability }) => reliability.length)).toEqual([3, 3, 3, 3])
  expect(await rowsWith('(bins: null)')).toEqual(await rowsWith())
})

test.each([0, -3, 101])('%d bins are refused', async (bins) => {
  const { errors } = await server.ask(document(`(bins: ${bins})`), { id })
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_VALUE', argument: 'bins' })
})

test('it costs what it reads and returns', async () => {
  const many = Array.from({ length: 200 }, (_, i) => `r${i}: reliability { images }`).join(' ')
  const { errors } = await server.ask(
    `query ($id: ID!) { comparison(id: $id) { rows { nodes { ${many} } } } }`,
    { id },
  )
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'QUERY_TOO_COSTLY' })
  const wide = await server.ask(document('(bins: 1000000)'), { id })
  expect(wide.errors?.[0]?.extensions).toMatchObject({ code: 'QUERY_TOO_COSTLY' })
})

test('it is empty for runs that lack confidences, and the row is there all the same', async () => {
  const runs = await library.store.comparisons.runs(id)
  const old = runs.find(({ method, shots, seed }) => method === 'tip-adapter' && shots === 2 && seed === 3)
  const { labels, predicted } = await library.runResults.read(old?.id ?? '')
  await library.runResults.write(old?.id ?? '', { labels, predicted })
  const rows = await rowsWith()
  const empty = rows.filter(({ reliability }) => reliability.length === 0)
  expect(empty.map(({ method, shots }) => [method.id, shots])).toEqual([['tip-adapter', 2]])
})
