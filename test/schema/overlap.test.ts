import { expect, test } from 'vitest'
import { builtin } from '../../src/plugins/builtin.js'
import { makeDataset } from '../helpers/datasets.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const dataset = await makeDataset(server.library, 'Overlapping')

interface Report {
  readonly encoder: { id: string }
  readonly modalityGap: { rightClass: number; wrongClass: number; distance: number }
  readonly spaces: readonly {
    space: { id: string }
    images: number
    sampled: boolean
    histogram: { edges: number[]; same: number[]; different: number[] }
    overlap: { value: number; low: number; high: number }
    auc: number
    variance: { within: number; between: number; ratio: number }
    classes: { class: { name: string }; overlap: number }[]
    classPairs: { first: { name: string }; second: { name: string }; overlap: number }[]
  }[]
}

const query = `query ($input: OverlapInput!) { overlap(input: $input) {
  encoder { id } modalityGap { rightClass wrongClass distance }
  spaces { space { id } images sampled histogram { edges same different } overlap { value low high } auc
    variance { within between ratio } classes { class { name } overlap }
    classPairs(first: 2) { first { name } second { name } overlap } } } }`

const measure = async (input: object): Promise<Report> =>
  (await server.query<{ overlap: Report }>(query, { input })).overlap

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

test('every space of the encoder is measured on the test images of a dataset', async () => {
  const { encoder, spaces, modalityGap } = await measure({ source: { dataset: dataset.id }, bins: 20 })
  expect(encoder.id).toBe('mini-clip')
  expect(spaces.map(({ space }) => space.id)).toEqual((builtin().spaces ?? []).map(({ id }) => id))
  const images = (await server.library.store.datasets.images(dataset.id, 'TEST')).length
  for (const space of spaces) {
    expect(space.images).toBe(images)
    expect(space.histogram.edges).toHaveLength(21)
    expect(sum(space.histogram.same) + sum(space.histogram.different)).toBe((images * (images - 1)) / 2)
    expect(space.overlap.low).toBeLessThanOrEqual(space.overlap.value)
    expect(space.overlap.high).toBeGreaterThanOrEqual(space.overlap.value)
    expect(space.variance.ratio).toBeCloseTo(space.variance.within / space.variance.between, 9)
    expect(space.classes).toHaveLength(3)
    expect(space.classPairs).toHaveLength(2)
  }
  expect(modalityGap.distance).toBeGreaterThan(0)
})

test('spaces are fitted on the support set where one is given, and only those asked for are measured', async () => {
  const supportSet = await server.library.supportSets.create({
    dataset: dataset.id,
    shots: 2,
    seed: 1,
    augmentations: 1,
  })
  const { spaces } = await measure({ source: { supportSet: supportSet.id }, spaces: ['centred'] })
  expect(spaces.map(({ space }) => space.id)).toEqual(['centred'])
})

test.each([
  ['neither a dataset nor a support set', { source: {} }, 'BAD_USER_INPUT', undefined],
  ['both', { source: { dataset: dataset.id, supportSet: 'some' } }, 'BAD_USER_INPUT', undefined],
  ['an unknown dataset', { source: { dataset: 'nothing' } }, 'UNKNOWN_DATASET', 'input.source.dataset'],
  [
    'an unknown support set',
    { source: { supportSet: 'nothing' } },
    'UNKNOWN_SUPPORT_SET',
    'input.source.supportSet',
  ],
  [
    'an unknown space',
    { source: { dataset: dataset.id }, spaces: ['clip', 'nowhere'] },
    'UNKNOWN_SPACE',
    'input.spaces[1]',
  ],
  ['no space', { source: { dataset: dataset.id }, spaces: [] }, 'EMPTY_LIST', 'input.spaces'],
  ['no bins', { source: { dataset: dataset.id }, bins: 0 }, 'INVALID_VALUE', 'input.bins'],
])('%s is refused with its argument', async (_what, input, code, argument) => {
  const { errors } = await server.ask(query, { input })
  expect(errors?.[0]?.extensions).toMatchObject({ code, ...(argument && { argument }) })
})
