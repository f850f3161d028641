import { describe, expect, test } from 'vitest'
import { compareInput } from '../helpers/compare-input.js'
import { makeDataset } from '../helpers/datasets.js'
import { classNames, picture } from '../helpers/pictures.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server
const counts = { SUPPORT_POOL: 6, VALIDATION: 4, TEST: 6 }
const dataset = await makeDataset(library, 'With sets', counts)

/** Images of no class of the other dataset. */
const strangers = await library.datasets.create({
  name: 'Strangers of no class',
  classes: [{ name: 'noise' }],
})
await library.datasets.addImages({
  dataset: strangers.id,
  images: await Promise.all(
    [0, 1, 2].map(async (i) => ({
      image: { base64: (await picture(i, 7700 + i)).toString('base64') },
      class: 'noise',
      split: 'TEST' as const,
    })),
  ),
})

const fields = `
  id
  protocol { coverage unknownDataset { id } holdOut { name } }
  rows { nodes {
    method { id }
    shots
    accuracy { mean }
    sets {
      promised
      coverage { mean low high n }
      size { mean low high }
      empty { mean }
      unknown { images turnedAway { mean low high } areaUnderRoc }
    }
  } }
  disagreements(method: "tip-adapter", baseline: "zero-shot", shots: 4, first: 100) {
    nodes { image { id } class { name } prediction { class { name } } }
  }
`
interface Summary {
  readonly mean: number
  readonly low: number
  readonly high: number
  readonly n: number
}
interface Comparison {
  readonly id: string
  readonly protocol: {
    coverage: number
    unknownDataset: { id: string } | null
    holdOut: readonly { name: string }[]
  }
  readonly rows: readonly {
    method: { id: string }
    shots: number
    sets: {
      promised: number
      coverage: Summary
      size: Summary
      empty: Summary
      unknown: { images: number; turnedAway: Summary; areaUnderRoc: number } | null
    } | null
  }[]
  readonly disagreements: {
    nodes: readonly {
      image: { id: string }
      class: { name: string }
      prediction: { class: { name: string } }
    }[]
  }
}

const request = {
  dataset: dataset.id,
  shots: [1, 4],
  seeds: [1, 2],
  methods: [{ method: 'zero-shot' }, { method: 'tip-adapter' }],
  selection: 'LEAVE_ONE_OUT',
}

async function compare(input: object): Promise<Comparison> {
  const {
    compare: { comparison: started },
  } = await server.read<{ compare: { comparison: { id: string } } }>(
    'mutation ($input: CompareInput!) { compare(input: $input) { comparison { id } } }',
    { input: compareInput({ ...request, ...input }) },
  )
  await library.comparisons.ended(started.id)
  const { comparison } = await server.read<{ comparison: Comparison }>(
    `query ($id: ID!) { comparison(id: $id) { ${fields} } }`,
    started,
  )
  return comparison
}

test('rows tell what sets of the chosen coverage reached, from the images themselves', async () => {
  const { id, rows, protocol } = await compare({ coverage: 0.8 })
  expect(protocol).toEqual({ coverage: 0.8, unknownDataset: null, holdOut: [] })
  const runs = await library.store.comparisons.runs(id)
  for (const { method, shots, sets } of rows) {
    if (shots === 1) {
      // No image can be left out at one shot.
      expect(sets).toBeNull()
      continue
    }
    const own = runs.filter((run) => run.method === method.id && run.shots === shots)
    const results = await Promise.all(own.map((run) => library.runResults.read(run.id)))
    const all = (values: (Int32Array | undefined)[]) => values.flatMap((row) => [...(row ?? [])])
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
    expect(sets?.promised).toBe(0.8)
    expect(sets?.coverage.mean).toBeCloseTo(mean(all(results.map(({ covered }) => covered))), 8)
    expect(sets?.size.mean).toBeCloseTo(mean(all(results.map(({ setSize }) => setSize))), 6)
    expect(sets?.coverage.n).toBe(2)
    expect(sets?.unknown).toBeNull()
    // A set that holds the true class is not empty.
    for (const { covered, setSize } of results) {
      covered?.forEach((isCovered, i) => {
        if (isCovered === 1) expect(setSize?.[i]).toBeGreaterThan(0)
      })
    }
  }
})

test('images of another dataset are told from those of the classes', async () => {
  const { rows, protocol } = await compare({ unknownDataset: strangers.id })
  expect(protocol).toMatchObject({ coverage: 0.9, unknownDataset: { id: strangers.id } })
  for (const { shots, sets } of rows) {
    if (shots === 1) continue
    expect(sets?.unknown?.images).toBe(3)
    expect(sets?.unknown?.areaUnderRoc).toBeGreaterThanOrEqual(0)
    expect(sets?.unknown?.areaUnderRoc).toBeLessThanOrEqual(1)
  }
})

test('a class that is held out is in no prediction, and its test images are the unknown ones', async () => {
  const heldOut = classNames[1] as string
  const { id, rows, protocol, disagreements } = await compare({ holdOut: [heldOut] })
  expect(protocol.holdOut).toEqual([{ name: heldOut }])
  const runs = await library.store.comparisons.runs(id)
  for (const run of runs) {
    const { labels, predicted, unknown } = await library.runResults.read(run.id)
    expect(labels.length).toBe(2 * counts.TEST)
    expect([...new Set(labels)].sort()).toEqual([0, 2])
    expect([...predicted]).not.toContain(1)
    expect(unknown?.confidence.length).toBe(counts.TEST)
  }
  for (const { shots, sets } of rows) if (shots === 4) expect(sets?.unknown?.images).toBe(counts.TEST)
  for (const each of disagreements.nodes) {
    expect(each.class.name).not.toBe(heldOut)
    const { dataset: asked } = await server.read<{ dataset: { labelOf: { name: string } } }>(
      'query ($id: ID!, $image: ID!) { dataset(id: $id) { labelOf(image: $image) { name } } }',
      { id: dataset.id, image: each.image.id },
    )
    expect(asked.labelOf.name).toBe(each.class.name)
  }
})

test('predict answers as such a comparison, without the class that is held out', async () => {
  const { id } = await compare({ holdOut: [classNames[1] as string] })
  const images = await library.store.datasets.images(dataset.id, 'TEST')
  const kept = images.filter(({ classIndex }) => classIndex !== 1)
  const { predict } = await server.read<{
    predict: { predictions: { top: { class: { index: number } }[]; set: { index: number }[] | null }[] }[]
  }>(
    `query ($input: PredictInput!) { predict(input: $input) {
      predictions { top { class { index } } set(coverage: 0.8) { index } }
    } }`,
    { input: { source: { comparison: id }, seed: 1, images: kept.map(({ imageId }) => ({ id: imageId })) } },
  )
  const runs = await library.store.comparisons.runs(id)
  const own = runs.filter(({ shots, seed }) => shots === 4 && seed === 1)
  for (const [m, run] of own.entries()) {
    const { predicted } = await library.runResults.read(run.id)
    expect(predict.map(({ predictions }) => predictions[m]?.top[0]?.class.index)).toEqual([...predicted])
    for (const { predictions } of predict) {
      const { top = [], set } = predictions[m] ?? {}
      expect(top.map((each) => each.class.index).sort()).toEqual([0, 2])
      // The set is the beginning of the ranking.
      const ranking = top.map((each) => each.class.index)
      expect(set?.map(({ index }) => index)).toEqual(ranking.slice(0, set?.length))
    }
  }
})

describe('is refused:', () => {
  const codeOf = async (input: object) => {
    const { errors } = await server.ask(
      'mutation ($input: CompareInput!) { compare(input: $input) { comparison { id } } }',
      {
        input: compareInput({ ...request, ...input }),
      },
    )
    return errors?.[0]?.extensions
  }

  test.each([
    ['a coverage of 1', { coverage: 1 }, 'INVALID_VALUE', 'input.coverage'],
    ['a coverage of 0', { coverage: 0 }, 'INVALID_VALUE', 'input.coverage'],
    ['a class that is not there', { holdOut: ['nobody'] }, 'UNKNOWN_CLASS', 'input.holdOut[0]'],
    [
      'a class named twice',
      { holdOut: [classNames[0], classNames[0]] },
      'DUPLICATE_ENTRY',
      'input.holdOut[1]',
    ],
    ['all classes', { holdOut: [...classNames] }, 'INVALID_VALUE', 'input.holdOut'],
    [
      'an unknown dataset that is not there',
      { unknownDataset: '00000000-0000-4000-8000-000000000000' },
      'UNKNOWN_DATASET',
      'input.unknownDataset',
    ],
    ['one that shares a class', { unknownDataset: dataset.id }, 'SHARED_CLASS', 'input.unknownDataset'],
  ])('%s', async (_, input, code, argument) => {
    expect(await codeOf(input)).toMatchObject({ code, argument })
  })

  test('an unknown dataset with a class of ours in upper case', async () => {
    const classes = [{ name: classNames[0].toUpperCase() }]
    const { id } = await library.datasets.create({ name: 'Strangers in upper case', classes })
    expect(await codeOf({ unknownDataset: id })).toMatchObject({
      code: 'SHARED_CLASS',
      argument: 'input.unknownDataset',
    })
  })

  test('an unknown dataset without test images', async () => {
    const empty = await library.datasets.create({ name: 'No strangers', classes: [{ name: 'nothing' }] })
    expect(await codeOf({ unknownDataset: empty.id })).toMatchObject({
      code: 'NO_TEST_SPLIT',
      argument: 'input.unknownDataset',
    })
  })

  test('classes without which too few test images are left', async () => {
    const few = await library.datasets.create({
      name: 'Tested in one class',
      classes: [{ name: 'tested' }, { name: 'untested' }],
    })
    const image = async (seed: number) => ({ base64: (await picture(0, seed)).toString('base64') })
    await library.datasets.addImages({
      dataset: few.id,
      images: [
        { image: await image(8801), class: 'tested', split: 'SUPPORT_POOL' },
        { image: await image(8802), class: 'untested', split: 'SUPPORT_POOL' },
        { image: await image(8803), class: 'tested', split: 'TEST' },
        { image: await image(8804), class: 'tested', split: 'TEST' },
      ],
    })
    const input = { dataset: few.id, shots: [1], holdOut: ['tested'] }
    expect(await codeOf(input)).toMatchObject({ code: 'INVALID_VALUE', argument: 'input.holdOut' })
  })

  test.each([0, 1, -0.5])('a set of coverage %d', async (coverage) => {
    const draw = { dataset: dataset.id, shots: 2, seed: 1, augmentations: 1 }
    const { id: supportSet } = await library.supportSets.create(draw)
    const { errors } = await server.ask(
      `query ($input: PredictInput!, $coverage: Float!) { predict(input: $input) {
        predictions { set(coverage: $coverage) { index } }
      } }`,
      {
        coverage,
        input: {
          source: { supportSet },
          images: [{ base64: (await picture(0, 4321)).toString('base64') }],
          methods: [{ method: 'tip-adapter' }],
        },
      },
    )
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_VALUE', argument: 'coverage' })
  })
})
