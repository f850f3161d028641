import { describe, expect, test } from 'vitest'
import { makeDataset, type Sizes } from '../helpers/datasets.js'
import { classNames, picture } from '../helpers/pictures.js'
import { sharedServer } from '../helpers/server.js'
import { withWholeLists } from '../helpers/whole-lists.js'

const server = await sharedServer()
const { library } = server
const [first = '', second = '', third = ''] = classNames

const few: Sizes = { SUPPORT_POOL: 2, TEST: 2 }
let count = 0
const fresh = (sizes = few) => makeDataset(library, `Curated ${++count}`, sizes)

const change = async (name: string, input: object) => {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`
  const { data, errors } = await server.ask<
    Record<string, { dataset: { classes: { index: number; name: string }[] } }>
  >(
    `mutation ($input: ${type}!) { ${name}(input: $input) { dataset { id name classes { nodes { index name prompts } } } } }`,
    { input },
  )
  const { code, argument } = errors?.[0]?.extensions ?? {}
  return {
    dataset: withWholeLists(data)?.[name]?.dataset,
    message: errors?.[0]?.message,
    problem: errors && { code, argument },
  }
}
const changed = async (name: string, input: object) => {
  const { dataset, message } = await change(name, input)
  expect(message).toBeUndefined()
  return dataset
}
const problemOf = async (name: string, input: object) => (await change(name, input)).problem

const imagesOf = (id: string) => library.store.datasets.images(id)
const classesOf = async (id: string) => (await library.datasets.classes(id)).map(({ name }) => name)

const compare = async (dataset: string, more: object = {}) => {
  const { id } = await library.comparisons.compare({
    ...{ dataset, shots: [2], seeds: [1], methods: [{ method: 'tip-adapter' }, { method: 'zero-shot' }] },
    ...{ selection: 'NONE', klScaling: 'FROZEN', augmentations: 1, ...more },
  })
  expect(await library.comparisons.ended(id)).toMatchObject({ status: 'SUCCEEDED', error: null })
  return id
}
const changedSince = async (id: string) =>
  (
    await server.read<{ comparison: { changedSince: boolean } }>(
      'query ($id: ID!) { comparison(id: $id) { changedSince } }',
      { id },
    )
  ).comparison.changedSince

/** What a client reads of a finished comparison. */
const results = async (id: string) =>
  (
    await server.read<{
      comparison: { runs: { confusion: number[][] }[]; disagreements: { nodes: object[] } }
    }>(
      `query ($id: ID!) { comparison(id: $id) {
        runs { nodes { accuracy confusion perClassAccuracy } }
        disagreements(method: "tip-adapter", baseline: "zero-shot", shots: 2) {
          totalCount nodes { image { id } class { index } kind }
        }
        classDeltas(method: "tip-adapter", baseline: "zero-shot", shots: 2) { nodes { class { index } accuracy } }
      } }`,
      { id },
    )
  ).comparison

interface Measured {
  readonly image: { readonly id: string; readonly isGone: boolean }
  readonly class: { readonly name: string }
  readonly currentClass: { readonly name: string } | null
  readonly isInDataset: boolean
}

/** What a client reads of the test images of a comparison's first run. */
const measuredOf = async (id: string): Promise<Measured[]> =>
  (
    await server.read<{ comparison: { runs: { predictions: { nodes: Measured[] } }[] } }>(
      `query ($id: ID!) { comparison(id: $id) { runs { nodes { predictions(first: 50) {
        nodes { image { id isGone } class { name } currentClass { name } isInDataset }
      } } } } }`,
      { id },
    )
  ).comparison.runs[0]?.predictions.nodes ?? expect.fail()

describe('names', () => {
  test('a dataset is renamed, but not like another', async () => {
    const [dataset, other] = [await fresh(), await fresh()]
    expect(await changed('renameDataset', { dataset: dataset.id, name: ' Better name ' })).toMatchObject({
      name: 'Better name',
    })
    const taken = { dataset: dataset.id, name: other.name }
    expect(await problemOf('renameDataset', taken)).toEqual({
      code: 'DATASET_EXISTS',
      argument: 'input.name',
    })
    expect(await changed('renameDataset', { dataset: dataset.id, name: 'Better name' })).toBeTruthy()
    expect(await problemOf('renameDataset', { dataset: 'no\0', name: 'x' })).toMatchObject({
      code: 'UNKNOWN_DATASET',
    })
  })

  test('a class is renamed with its default prompt, and keeps a prompt that was given', async () => {
    const dataset = await fresh()
    await library.datasets.setPrompts({
      dataset: dataset.id,
      classes: [{ name: second, prompts: ['mine'] }],
    })
    await changed('renameClass', { dataset: dataset.id, class: first, name: 'wren' })
    await changed('renameClass', { dataset: dataset.id, class: second, name: 'owl' })
    expect(await library.datasets.classes(dataset.id)).toMatchObject([
      { index: 0, name: 'wren', prompts: ['a photo of a wren.'] },
      { index: 1, name: 'owl', prompts: ['mine'] },
      { index: 2, name: third },
    ])
    const input = { dataset: dataset.id, class: 'wren', name: 'owl' }
    expect(await problemOf('renameClass', input)).toEqual({ code: 'CLASS_EXISTS', argument: 'input.name' })
    expect(await problemOf('renameClass', { ...input, class: first })).toEqual({
      code: 'UNKNOWN_CLASS',
      argument: 'input.class',
    })
  })
})

describe('classes', () => {
  test('a class is added after the others', async () => {
    const dataset = await fresh()
    await changed('addClass', { dataset: dataset.id, class: { name: 'new', prompts: ['one'] } })
    expect((await library.datasets.classes(dataset.id)).at(-1)).toMatchObject({
      index: 3,
      name: 'new',
      prompts: ['one'],
    })
    const again = { dataset: dataset.id, class: { name: 'new' } }
    expect(await problemOf('addClass', again)).toEqual({ code: 'CLASS_EXISTS', argument: 'input.class.name' })
  })

  test('merged classes have the images of both, and the others keep theirs', async () => {
    const dataset = await fresh()
    const before = await imagesOf(dataset.id)
    await changed('mergeClasses', { dataset: dataset.id, class: first, into: third })
    expect(await classesOf(dataset.id)).toEqual([second, third])
    const expected = before.map((image) => ({ ...image, classIndex: image.classIndex === 1 ? 0 : 1 }))
    expect(await imagesOf(dataset.id)).toEqual(expected)
    const itself = { dataset: dataset.id, class: third, into: third }
    expect(await problemOf('mergeClasses', itself)).toEqual({ code: 'INVALID_VALUE', argument: 'input.into' })
  })

  test('a deleted class takes its images along, except those that another dataset has', async () => {
    const [dataset, other] = [await fresh({ TEST: 2 }), await fresh({ TEST: 1 })]
    const before = await imagesOf(dataset.id)
    await changed('deleteClass', { dataset: dataset.id, class: second })
    expect(await classesOf(dataset.id)).toEqual([first, third])
    const left = before.flatMap(({ classIndex, ...image }) =>
      classIndex === 1 ? [] : [{ ...image, classIndex: classIndex === 0 ? 0 : 1 }],
    )
    expect(await imagesOf(dataset.id)).toEqual(left)
    for (const { imageId } of await imagesOf(other.id))
      expect(await library.images.read(imageId)).toBeTruthy()
    for (const name of [first, third]) {
      const input = { dataset: dataset.id, class: name }
      if (name === third) {
        expect(await problemOf('deleteClass', input)).toEqual({
          code: 'INVALID_VALUE',
          argument: 'input.class',
        })
      } else await changed('deleteClass', input)
    }
  })
})

describe('images', () => {
  test('are moved to another class and split, all of them or none', async () => {
    const dataset = await fresh()
    const [a, b] = await imagesOf(dataset.id)
    const ids = [a?.imageId, b?.imageId]
    const input = { dataset: dataset.id, images: ids, class: third, split: 'VALIDATION' }
    expect(await problemOf('moveImages', { ...input, images: [...ids, 'other'] })).toEqual({
      code: 'UNKNOWN_IMAGE',
      argument: 'input.images[2]',
    })
    expect((await imagesOf(dataset.id)).slice(0, 2)).toEqual([a, b])
    await changed('moveImages', input)
    expect((await imagesOf(dataset.id)).slice(0, 2)).toEqual([
      { ...a, classIndex: 2, split: 'VALIDATION' },
      { ...b, classIndex: 2, split: 'VALIDATION' },
    ])
    for (const nothing of [{ images: [] }, { class: null, split: null }]) {
      expect((await change('moveImages', { ...input, ...nothing })).problem).toBeTruthy()
    }
  })
})

describe('a finished comparison', () => {
  test('keeps its results while classes are renamed and added and images moved, and says that they changed', async () => {
    const dataset = await fresh()
    const id = await compare(dataset.id)
    const before = await results(id)
    expect(before.disagreements.nodes.length).toBeGreaterThan(0)
    expect(await changedSince(id)).toBe(false)
    await changed('renameDataset', { dataset: dataset.id, name: `${dataset.name} again` })
    expect(await changedSince(id)).toBe(false)

    await changed('renameClass', { dataset: dataset.id, class: first, name: 'renamed' })
    expect(await changedSince(id)).toBe(true)
    expect(await results(id)).toEqual(before)
    await changed('renameClass', { dataset: dataset.id, class: 'renamed', name: first })
    expect(await changedSince(id)).toBe(false)

    const images = await imagesOf(dataset.id)
    const pool = images.find(({ split }) => split === 'SUPPORT_POOL')?.imageId
    const test = images.find(({ split }) => split === 'TEST')?.imageId
    await changed('moveImages', { dataset: dataset.id, images: [pool], split: 'VALIDATION' })
    await changed('moveImages', { dataset: dataset.id, images: [test], class: third })
    expect(await changedSince(id)).toBe(true)
    expect(await results(id)).toEqual(before)

    await changed('addClass', { dataset: dataset.id, class: { name: 'later' } })
    const after = await results(id)
    expect(after.disagreements).toEqual(before.disagreements)
    expect(after.runs[0]?.confusion.slice(0, 3).map((row) => row.slice(0, 3))).toEqual(
      before.runs[0]?.confusion,
    )
    const { errors } = await server.ask(
      'query ($input: PredictInput!) { predict(input: $input) { inSupportSet } }',
      {
        input: { source: { comparison: id }, images: [{ id: test }] },
      },
    )
    expect(errors?.[0]?.extensions.code).toBe('CONTENTS_CHANGED')
  })

  test('refuses what would renumber the classes, by its name', async () => {
    const dataset = await fresh()
    const id = await compare(dataset.id)
    const images = await imagesOf(dataset.id)
    for (const [name, input, argument] of [
      ['mergeClasses', { class: first, into: third }, 'input.dataset'],
      ['deleteClass', { class: first }, 'input.dataset'],
    ] as const) {
      const { problem, message } = await change(name, { dataset: dataset.id, ...input })
      expect(problem).toEqual({ code: 'HAS_RESULTS', argument })
      expect(message).toContain(`comparison ${id}`)
    }
    expect(await imagesOf(dataset.id)).toEqual(images)

    await library.deletions.comparison(id)
    const [set] = (await library.supportSets.page({ first: 1, after: null }, { datasetId: dataset.id })).nodes
    const { message } = await change('deleteClass', { dataset: dataset.id, class: first })
    expect(message).toContain(`support set ${set?.id}`)
    await library.deletions.supportSet(set?.id ?? '')
    await changed('deleteClass', { dataset: dataset.id, class: first })
    await changed('moveImages', {
      dataset: dataset.id,
      images: [images.at(-1)?.imageId],
      split: 'SUPPORT_POOL',
    })
  })

  test.each([
    ['', {}],
    [', without held-out classes', { holdOut: [third] }],
  ])(
    'keeps its test images when they are relabelled, moved or removed, or others join them%s',
    async (_, more) => {
      const dataset = await fresh({ SUPPORT_POOL: 2, TEST: 3 })
      const id = await compare(dataset.id, more)
      const before = { results: await results(id), measured: await measuredOf(id) }
      expect(before.measured.length).toBe('holdOut' in more ? 6 : 9)
      const images = await imagesOf(dataset.id)
      const [a, b, c, d] = images.filter(({ split }) => split === 'TEST').map(({ imageId }) => imageId)
      const pool = images.find(({ split }) => split === 'SUPPORT_POOL')?.imageId
      const input = { dataset: dataset.id }
      await changed('moveImages', { ...input, images: [a], class: third })
      await changed('moveImages', { ...input, images: [b], split: 'VALIDATION' })
      await changed('moveImages', { ...input, images: [pool], split: 'TEST' })
      await changed('unlabelImages', { ...input, images: [c] })
      await changed('removeImages', { ...input, images: [d] })
      expect(await changedSince(id)).toBe(true)
      expect(await results(id)).toEqual(before.results)
      const measured = await measuredOf(id)
      const identity = ({ image, class: label }: Measured) => [image.id, label.name]
      expect(measured.map(identity)).toEqual(before.measured.map(identity))
      const now = new Map(measured.map((each) => [each.image.id, each]))
      expect([a, b, c, d].map((image) => now.get(image ?? '')?.currentClass?.name)).toEqual([
        ...[third, first, undefined, undefined],
      ])
      expect([a, b, c, d].map((image) => now.get(image ?? '')?.isInDataset)).toEqual([
        true,
        true,
        true,
        false,
      ])

      // Another comparison has the images of now, and the first one still those of then.
      const later = await compare(dataset.id, { ...more, shots: [1] })
      const own = (await measuredOf(later)).map(({ image }) => image.id)
      expect(own).toContain(pool)
      for (const gone of [b, c, d]) expect(own).not.toContain(gone)
      expect(await measuredOf(id)).toEqual(measured)
    },
  )

  test('names images that are gone, and says so', async () => {
    const dataset = await fresh()
    const known = new Set((await imagesOf(dataset.id)).map(({ imageId }) => imageId))
    const newImage = async (seed: number) => ({ base64: (await picture(1, seed)).toString('base64') })
    await library.datasets.addImages({
      dataset: dataset.id,
      images: [
        { image: await newImage(8801), class: first, split: 'TEST' },
        { image: await newImage(8802), class: first, split: 'SUPPORT_POOL' },
      ],
    })
    const gone = (await imagesOf(dataset.id)).map(({ imageId }) => imageId).filter((each) => !known.has(each))
    const id = await compare(dataset.id, { shots: [3], drawing: 'AT_MOST' })
    const before = (await measuredOf(id)).map((each) => each.image.id)
    await changed('removeImages', { dataset: dataset.id, images: gone })
    await library.deletions.changes(dataset.id)
    await expect(library.images.read(gone[0] ?? '')).rejects.toMatchObject({ code: 'UNKNOWN_IMAGE' })
    const measured = await measuredOf(id)
    expect(measured.map((each) => each.image.id)).toEqual(before)
    const isGone = measured.filter((each) => each.image.isGone).map((each) => each.image.id)
    expect(isGone).toEqual([gone[0]])

    // The support set names its image, too, and cannot be used without it.
    const sets = await library.supportSets.page({ first: 5, after: null }, { datasetId: dataset.id })
    const set = sets.nodes[0]?.id ?? ''
    const { supportSet } = await server.read<{
      supportSet: { images: { nodes: { image: { id: string; isGone: boolean } }[] } }
    }>('query ($id: ID!) { supportSet(id: $id) { images { nodes { image { id isGone } } } } }', { id: set })
    expect(supportSet.images.nodes.find((each) => each.image.isGone)?.image.id).toBe(gone[1])
    const [other] = await imagesOf(dataset.id)
    const { errors } = await server.ask(
      'query ($input: PredictInput!) { predict(input: $input) { inSupportSet } }',
      {
        input: {
          source: { supportSet: set },
          images: [{ id: other?.imageId }],
          methods: [{ method: 'prototype' }],
        },
      },
    )
    expect(errors?.[0]?.extensions.code).toBe('CONTENTS_CHANGED')
    expect(errors?.[0]?.message).toContain(gone[1])
  })

  test('on the test images of another dataset stays readable when a class of one is renamed', async () => {
    const [dataset, tested] = [await fresh(), await fresh()]
    const id = await compare(dataset.id, { testDataset: tested.id })
    const before = await results(id)
    await changed('renameClass', { dataset: tested.id, class: first, name: 'elsewhere' })
    expect(await changedSince(id)).toBe(true)
    expect(await results(id)).toEqual(before)
  })
})

test('a support set without images of a class that was added later is refused, not used', async () => {
  const dataset = await fresh()
  const set = await library.supportSets.create({ dataset: dataset.id, shots: 1, seed: 1, augmentations: 1 })
  await changed('addClass', { dataset: dataset.id, class: { name: 'later' } })
  const [image] = await imagesOf(dataset.id)
  const { errors } = await server.ask(
    'query ($input: PredictInput!) { predict(input: $input) { inSupportSet } }',
    {
      input: {
        source: { supportSet: set.id },
        images: [{ id: image?.imageId }],
        methods: [{ method: 'prototype' }],
      },
    },
  )
  expect(errors?.[0]?.extensions.code).toBe('CONTENTS_CHANGED')
  expect(errors?.[0]?.message).toContain('"later"')
})

test('while a job works with the dataset, or images are added to it, nothing can be changed', async () => {
  const dataset = await fresh()
  const changes: [string, object][] = [
    ['renameDataset', { name: 'Other' }],
    ['renameClass', { class: first, name: 'x' }],
    ['addClass', { class: { name: 'x' } }],
    ['mergeClasses', { class: first, into: second }],
    ['deleteClass', { class: first }],
    ['moveImages', { images: ['x'], class: first }],
  ]
  const refused = async () => {
    for (const [name, input] of changes) {
      const problem = await problemOf(name, { dataset: dataset.id, ...input })
      expect(problem).toEqual({ code: 'IN_USE', argument: 'input.dataset' })
    }
  }
  const job = await library.store.imports.create({
    ...{ name: dataset.name, archive: 'a.zip', file: 'a', updatePrompts: false, datasetId: dataset.id },
    splitRule: { supportPool: 1, validation: 0, test: 0, seed: 1 },
  })
  await refused()
  await library.store.imports.end(job.id, { status: 'CANCELLED' })

  let go = () => {}
  const waiting = new Promise<void>((resolve) => {
    go = resolve
  })
  const read = () => waiting.then(() => Buffer.from('no image'))
  const adding = library.datasets.addImages({
    dataset: dataset.id,
    images: [{ image: { upload: { read } }, class: first, split: 'TEST' }],
  })
  await refused()
  go()
  expect((await adding).rejected).toHaveLength(1)
  await changed('renameDataset', { dataset: dataset.id, name: `${dataset.name} now` })
})
