import { expect, test } from 'vitest'
import { featuresOf } from '../../src/features/space-features.js'
import { unitRows } from '../../src/tensor/matrix.js'
import { makeDataset } from '../helpers/datasets.js'
import { base64, picture } from '../helpers/pictures.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server
const dataset = await makeDataset(library, 'Mapped', { SUPPORT_POOL: 4, VALIDATION: 1, TEST: 5 })
await library.datasets.addUnlabelled({
  dataset: dataset.id,
  images: [{ base64: await base64(picture(1, 31_415)) }],
})

interface ImageMap {
  readonly total: number
  readonly images: string[]
  readonly thumbnail: string
  readonly classes: (number | null)[]
  readonly splits: (string | null)[]
  readonly predicted: (number | null)[]
  readonly confidences: (number | null)[]
  readonly explained: number[]
  readonly components: string
  readonly space: { id: string }
}

const fields =
  'total images thumbnail(size: 96) classes splits predicted confidences explained components space { id }'

const mapOf = async (more = ''): Promise<ImageMap> =>
  (
    await server.query<{ dataset: { map: ImageMap } }>(
      `query ($id: ID!) { dataset(id: $id) { map${more} { ${fields} } } }`,
      { id: dataset.id },
    )
  ).dataset.map

const rowsOf = ({ components, explained }: ImageMap): number[][] => {
  const bytes = Buffer.from(components, 'base64')
  const k = explained.length
  return Array.from({ length: bytes.length / 4 / k }, (_, i) =>
    Array.from({ length: k }, (_, j) => bytes.readFloatLE(4 * (i * k + j))),
  )
}

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)

test('a dataset is mapped with all its images, those without a label too, by what varies most', async () => {
  const map = await mapOf()
  expect(map.space.id).toBe('clip')
  expect(map.total).toBe(31)
  expect(new Set(map.images).size).toBe(31)
  expect(map.splits.filter((each) => each === 'TEST')).toHaveLength(15)
  expect([map.classes.at(-1), map.splits.at(-1)]).toEqual([null, null])
  expect(new Set([...map.predicted, ...map.confidences])).toEqual(new Set([null]))

  // Principal components are uncorrelated, the greatest first, with mean 0.
  const rows = rowsOf(map)
  expect(rows).toHaveLength(31)
  const columns = map.explained.map((_, j) => rows.map((row) => row[j] ?? 0))
  const variances = columns.map((column) => dot(column, column))
  for (const [j, column] of columns.slice(0, 10).entries()) {
    expect(column.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 4)
    for (const other of columns.slice(0, j)) expect(Math.abs(dot(column, other))).toBeLessThan(1e-4)
    if (j > 0) expect(variances[j]).toBeLessThanOrEqual((variances[j - 1] ?? 0) + 1e-6)
  }
  // 30 components hold all that 31 centred points have, so they keep the distances between the features.
  const encoder = library.encoders.get('mini-clip')
  const images = await library.store.datasets.images(dataset.id)
  const encoded = await library.encodedData.labelled(images, encoder, ['clip'])
  const clip = unitRows(featuresOf(encoded.features, 'clip'))
  for (const [i, j] of [
    [0, 1],
    [3, 17],
    [5, 29],
  ] as const) {
    const expected = Math.hypot(
      ...[...clip.data.subarray(i * clip.columns, (i + 1) * clip.columns)].map(
        (value, k) => value - (clip.data[j * clip.columns + k] ?? 0),
      ),
    )
    const [a, b] = [rows[i] ?? [], rows[j] ?? []]
    expect(Math.hypot(...a.map((value, k) => value - (b[k] ?? 0)))).toBeCloseTo(expected, 3)
  }
  expect(map.explained.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 3)
  const address = map.thumbnail.replace('{id}', map.images[0] ?? '')
  expect((await fetch(server.url + address)).headers.get('content-type')).toBe('image/webp')
})

test('another space has the same images in the same order; so has a sample', async () => {
  const [clip, shrunk] = [await mapOf('(limit: 12)'), await mapOf('(limit: 12, space: "shrunk")')]
  expect(clip.images).toHaveLength(12)
  expect(clip.total).toBe(31)
  expect(shrunk.images).toEqual(clip.images)
  expect(shrunk.components).not.toBe(clip.components)
})

test('a run is mapped with what it predicts for its test images', async () => {
  const { id } = await library.comparisons.compare({
    ...{ dataset: dataset.id, shots: [2], seeds: [1], selection: 'NONE' },
    ...{ methods: [{ method: 'tip-adapter', space: 'shrunk' }], klScaling: 'FROZEN', augmentations: 1 },
  })
  await library.comparisons.ended(id)
  const [run] = await library.store.comparisons.runs(id)
  const answer = await server.query<{ run: { map: ImageMap } }>(
    `query ($id: ID!) { run(id: $id) { map { ${fields} } } }`,
    { id: run?.id },
  )
  const { map } = answer.run
  const { labels, predicted, confidence } = await library.runResults.read(run?.id ?? '')
  expect(map.space.id).toBe('shrunk')
  expect(map.classes).toEqual([...labels])
  expect(map.predicted).toEqual([...predicted])
  for (const [i, each] of map.confidences.entries())
    expect(each).toBeCloseTo(confidence?.[i] ?? Number.NaN, 5)
  expect(rowsOf(map)).toHaveLength(15)
})

test.each([
  ['(limit: 0)', 'INVALID_VALUE', 'limit'],
  ['(limit: 10001)', 'INVALID_VALUE', 'limit'],
  ['(space: "nowhere")', 'UNKNOWN_SPACE', 'space'],
  ['(encoder: "nobody")', 'UNKNOWN_ENCODER', 'encoder'],
])('map%s is refused with its argument', async (more, code, argument) => {
  const { errors } = await server.ask(`query ($id: ID!) { dataset(id: $id) { map${more} { total } } }`, {
    id: dataset.id,
  })
  expect(errors?.[0]?.extensions).toEqual({ code, argument })
})
