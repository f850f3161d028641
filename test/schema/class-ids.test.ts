import { expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { classNames, picture } from '../helpers/pictures.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server
const [first = '', second = '', third = ''] = classNames
let count = 0
const fresh = async () => (await makeDataset(library, `Classes with ids ${++count}`)).id

interface Class {
  readonly id: string
  readonly index: number
  readonly name: string
}

async function classesOf(id: string): Promise<Map<string, string>> {
  const { dataset } = await server.read<{ dataset: { classes: Class[] } }>(
    'query ($id: ID!) { dataset(id: $id) { classes { nodes { id index name } } } }',
    { id },
  )
  return new Map(dataset.classes.map((each) => [each.name, each.id]))
}

const node = async (id: string | undefined) =>
  (
    await server.read<{ node: Partial<Class> | null }>(
      'query ($id: ID!) { node(id: $id) { id ... on ClassLabel { index name } } }',
      { id },
    )
  ).node

async function change(name: string, input: object): Promise<string | null> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`
  const answer = await server.read<Record<string, { change: { id: string } | null }>>(
    `mutation ($input: ${type}!) { ${name}(input: $input) { change { id } } }`,
    { input },
  )
  return answer[name]?.change?.id ?? null
}
const undo = (id: string | null) =>
  server.query('mutation ($id: ID!) { undoDatasetChange(input: { id: $id }) { dataset { id } } }', { id })

test('a class keeps its id when it is renamed, when others come or go, and when that is undone', async () => {
  const dataset = await fresh()
  const before = await classesOf(dataset)
  expect(new Set(before.values()).size).toBe(3)
  const id = before.get(third)

  const renaming = await change('renameClass', { dataset, class: third, name: 'renamed' })
  expect(await node(id)).toEqual({ id, index: 2, name: 'renamed' })
  const deletion = await change('deleteClass', { dataset, class: first })
  expect(await node(id)).toEqual({ id, index: 1, name: 'renamed' })
  await undo(deletion)
  await undo(renaming)
  expect(await classesOf(dataset)).toEqual(before)

  const merging = await change('mergeClasses', { dataset, class: first, into: second })
  expect([...(await classesOf(dataset))]).toEqual([...before].slice(1))
  await undo(merging)
  expect([...(await classesOf(dataset))]).toEqual([...before])
})

test('a class that is deleted is no node until that is undone', async () => {
  const dataset = await fresh()
  const before = await classesOf(dataset)
  const deletion = await change('deleteClass', { dataset, class: second })
  expect(await node(before.get(second))).toBeNull()
  await undo(deletion)
  expect(await node(before.get(second))).toEqual({ id: before.get(second), index: 1, name: second })
})

test('what takes the name of a class takes its id, and no id of another dataset', async () => {
  const [dataset, other] = [await fresh(), await fresh()]
  const classes = await classesOf(dataset)
  const [a, b, c] = [first, second, third].map((name) => classes.get(name) ?? '')
  const counts = async () => (await library.store.datasetImages.classCounts([dataset])).get(dataset)
  const before = await counts()
  const image = { base64: (await picture(0, 77_000)).toString('base64') }

  await change('addImages', { dataset, images: [{ image, class: a, split: 'TEST' }] })
  await change('addUnlabelledImages', {
    dataset,
    images: [{ base64: (await picture(1, 77_001)).toString('base64') }],
  })
  const [waiting] = await library.store.unlabelledImages.ids(dataset)
  await change('labelImages', { dataset, images: [waiting], class: b, split: 'TEST' })
  const { dataset: found } = await server.read<{ dataset: { images: { totalCount: number } } }>(
    'query ($id: ID!, $class: ID!) { dataset(id: $id) { images(class: $class, split: TEST) { totalCount } } }',
    { id: dataset, class: a },
  )
  const had = before?.find(({ classIndex, split }) => classIndex === 0 && split === 'TEST')?.images ?? 0
  expect(found.images.totalCount).toBe(had + 1)
  await change('moveImages', { dataset, images: [waiting], class: c })
  await change('setPrompts', { dataset, classes: [{ name: a, prompts: ['one.'] }, { name: b }] })
  const rows = await library.datasets.classes(dataset)
  expect(rows.map(({ prompts }) => prompts)).toMatchObject([['one.'], [`a photo of a ${second}.`], {}])
  await change('renameClass', { dataset, class: b, name: 'new name' })
  expect((await library.datasets.classes(dataset))[1]).toMatchObject({
    ...{ id: b, name: 'new name', prompts: ['a photo of a new name.'] },
  })

  const { id } = await library.comparisons.compare({
    ...{ dataset, shots: [1], seeds: [1], methods: [{ method: 'zero-shot' }], holdOut: [b ?? ''] },
    ...({ selection: 'NONE', klScaling: 'FROZEN', augmentations: 1 } as const),
  })
  await library.comparisons.ended(id)
  const { comparison } = await server.read<{ comparison: { protocol: { holdOut: Class[] } } }>(
    'query ($id: ID!) { comparison(id: $id) { protocol { holdOut { id } } } }',
    { id },
  )
  expect(comparison.protocol.holdOut).toEqual([{ id: b }])
  const { errors } = await server.ask(
    'mutation ($input: DeleteClassInput!) { deleteClass(input: $input) { change { id } } }',
    { input: { dataset: other, class: a } },
  )
  expect(errors?.[0]?.extensions).toEqual({ code: 'UNKNOWN_CLASS', argument: 'input.class' })

  const mended = await fresh()
  const [x, y] = [...(await classesOf(mended)).values()]
  const { errors: same } = await server.ask(
    'mutation ($input: MergeClassesInput!) { mergeClasses(input: $input) { change { id } } }',
    { input: { dataset: mended, class: x, into: first } },
  )
  expect(same?.[0]?.extensions).toEqual({ code: 'INVALID_VALUE', argument: 'input.into' })
  await change('mergeClasses', { dataset: mended, class: x, into: y })
  await change('deleteClass', { dataset: mended, class: y })
  expect([...(await classesOf(mended)).keys()]).toEqual([third])
})

test('the classes of a classifier are objects of their own, which keep their names', async () => {
  const dataset = await fresh()
  const supportSet = await library.supportSets.create({ dataset, shots: 1, seed: 1, augmentations: 1 })
  const name = `Keeps its classes ${dataset}`
  await library.classifiers.create({
    ...{ name, supportSet: supportSet.id, method: 'prototype', selection: 'NONE' },
  })
  await change('renameClass', { dataset, class: first, name: 'another name' })
  const { classifier } = await server.read<{ classifier: { version: { classes: Class[] } } }>(
    'query ($name: ID!) { classifier(classifier: $name) { version { classes { nodes { id index name } } } } }',
    { name },
  )
  const { classes } = classifier.version
  expect(classes.map((each) => each.name)).toEqual([...classNames])
  expect(await Promise.all(classes.map(({ id }) => node(id)))).toEqual(classes)
  const own = [...(await classesOf(dataset)).values()]
  expect(own).not.toContain(classes[0]?.id)
  expect(await node(`${classes[0]?.id}9`)).toBeNull()
})
