import { describe, expect, test } from 'vitest'
import { labelledPictures, makeDataset } from '../helpers/datasets.js'
import { classNames, picture } from '../helpers/pictures.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server
const [first = '', second = '', third = ''] = classNames

const base64Of = (bytes: Buffer): string => bytes.toString('base64')

let count = 0
const fresh = () => makeDataset(library, `Undone ${++count}`, { SUPPORT_POOL: 3, TEST: 2 })

const inputTypes: Record<string, string> = {
  unlabelImages: 'UnlabelImagesInput',
  removeImages: 'RemoveImagesInput',
}
interface Mended {
  readonly change: { id: string; text: string } | null
}
const mend = async (name: string, input: object) => {
  const type = inputTypes[name] ?? `${name[0]?.toUpperCase()}${name.slice(1)}Input`
  const answer = await server.query<Record<string, Mended>>(
    `mutation ($input: ${type}!) { ${name}(input: $input) { change { id kind text undoneAt } } }`,
    { input },
  )
  return answer[name]?.change ?? null
}
const undo = async (change: { id: string } | null) => {
  const { errors } = await server.ask(
    'mutation ($id: ID!) { undoDatasetChange(input: { id: $id }) { dataset { id } } }',
    {
      id: change?.id ?? 'none',
    },
  )
  const { code, argument } = errors?.[0]?.extensions ?? {}
  return errors ? { code, argument } : 'undone'
}

/** All that a dataset is, with the positions of its images. */
async function contentsOf(id: string) {
  const [classes, images, unlabelled, dataset, conflicts] = await Promise.all([
    library.datasets.classes(id),
    library.store.datasets.images(id),
    library.datasets.unlabelled.ids(id),
    library.datasets.get(id),
    library.store.labelConflicts.conflictsOf([id]),
  ])
  return { classes, images, unlabelled, name: dataset?.name, conflicts: conflicts.get(id) }
}
const imagesOf = async (id: string, split: 'SUPPORT_POOL' | 'TEST', classIndex?: number) =>
  (await library.store.datasets.images(id, split))
    .filter((image) => classIndex === undefined || image.classIndex === classIndex)
    .map(({ imageId }) => imageId)

const compare = async (dataset: string, more: object = {}) => {
  const { id } = await library.comparisons.compare({
    ...{ dataset, shots: [2], seeds: [1], methods: [{ method: 'tip-adapter' }] },
    ...{ selection: 'NONE', klScaling: 'FROZEN', augmentations: 1, ...more },
  })
  expect(await library.comparisons.ended(id)).toMatchObject({ status: 'SUCCEEDED', error: null })
  return id
}
const changedSince = async (id: string) => {
  const query = 'query ($id: ID!) { comparison(id: $id) { changedSince } }'
  return (await server.query<{ comparison: { changedSince: boolean } }>(query, { id })).comparison
    .changedSince
}

/** A dataset with two images without a label, and one image that came as two classes. */
async function untidy() {
  const { id } = await fresh()
  const images = await Promise.all([7001, 7002].map((variant) => picture(0, variant)))
  await library.datasets.addUnlabelled({
    dataset: id,
    images: images.map((bytes) => ({ base64: bytes.toString('base64') })),
  })
  const [again] = await labelledPictures({ SUPPORT_POOL: 1 })
  if (again) await library.datasets.addImages({ dataset: id, images: [{ ...again, class: third }] })
  return id
}

describe('every change is undone: nothing is left of it', () => {
  const all = async (id: string) => await imagesOf(id, 'SUPPORT_POOL')
  const changes: readonly (readonly [string, (id: string) => Promise<object>, string])[] = [
    ['renameDataset', async () => ({ name: `Renamed ${++count}` }), 'Renamed the dataset from'],
    ['renameClass', async () => ({ class: second, name: 'wren' }), `Renamed class "${second}" to "wren"`],
    ['addClass', async () => ({ class: { name: 'wren' } }), 'Added class "wren"'],
    ['mergeClasses', async () => ({ class: first, into: third }), `Merged class "${first}" into "${third}"`],
    ['deleteClass', async () => ({ class: second }), `Deleted class "${second}" with 5 images`],
    ['deleteClass', async () => ({ class: first }), `Deleted class "${first}" with 5 images`],
    [
      'moveImages',
      async (id) => ({ images: (await all(id)).slice(1, 5), class: third, split: 'VALIDATION' }),
      'Moved 4 images',
    ],
    ['unlabelImages', async (id) => ({ images: (await all(id)).slice(0, 2) }), 'Took the label off 2 images'],
    [
      'labelImages',
      async (id) => ({
        images: await library.datasets.unlabelled.ids(id),
        class: second,
        split: 'TEST',
      }),
      `Labelled 2 images as "${second}"`,
    ],
    [
      'removeImages',
      async (id) => ({
        images: [...(await all(id)).slice(0, 3), ...(await library.datasets.unlabelled.ids(id))],
      }),
      'Removed 5 images',
    ],
    [
      'setPrompts',
      async () => ({
        classes: [{ name: second, prompts: ['a sketch of a tit.', 'a tit.'] }, { name: third }],
      }),
      `Changed the prompts of class "${second}"`,
    ],
    [
      'setAllPrompts',
      async () => ({ prompts: { templates: ['art of {}.'] } }),
      'Changed the prompts of 3 classes',
    ],
    [
      'addImages',
      // A new one, one that had no label, and one that is there as another class.
      async (id) => ({
        images: [
          { image: { base64: base64Of(await picture(1, 7101)) }, class: first, split: 'TEST' },
          {
            image: { id: (await library.datasets.unlabelled.ids(id))[1] },
            class: second,
            split: 'SUPPORT_POOL',
          },
          { image: { id: (await imagesOf(id, 'TEST', 0))[0] }, class: second, split: 'TEST' },
        ],
      }),
      'Added 2 images',
    ],
    [
      'addUnlabelledImages',
      async (id) => ({
        images: [
          { base64: base64Of(await picture(1, 7102)) },
          { id: (await library.datasets.unlabelled.ids(id))[0] },
        ],
      }),
      'Added 1 image without a label',
    ],
  ]

  const dataset = untidy()

  test.each(changes)('%s', async (name, input, text) => {
    const id = await dataset
    const before = await contentsOf(id)
    const change = await mend(name, { dataset: id, ...(await input(id)) })
    expect(change).toMatchObject({ text: expect.stringContaining(text), undoneAt: null })
    expect(await contentsOf(id)).not.toEqual(before)
    expect(await undo(change)).toBe('undone')
    expect(await contentsOf(id)).toEqual(before)
    expect(await undo(change)).toEqual({ code: 'CANNOT_UNDO', argument: 'input.id' })
  })

  test('several changes, in the reverse order', async () => {
    const id = await dataset
    const before = await contentsOf(id)
    const [one, two, three] = [
      await mend('deleteClass', { dataset: id, class: first }),
      await mend('renameClass', { dataset: id, class: third, name: 'owl' }),
      await mend('mergeClasses', { dataset: id, class: second, into: 'owl' }),
    ]
    const { dataset: read } = await server.query<{ dataset: { changes: { id: string }[] } }>(
      'query ($id: ID!) { dataset(id: $id) { changes { id } } }',
      { id },
    )
    expect(read.changes.slice(0, 3).map((each) => each.id)).toEqual([three?.id, two?.id, one?.id])
    for (const change of [three, two, one]) expect(await undo(change)).toBe('undone')
    expect(await contentsOf(id)).toEqual(before)
  })
})

test('what changes nothing has no change to undo', async () => {
  const { id, name } = await fresh()
  expect(await mend('renameDataset', { dataset: id, name })).toBeNull()
  const images = await imagesOf(id, 'TEST', 0)
  expect(await mend('moveImages', { dataset: id, images, class: first, split: 'TEST' })).toBeNull()
  const missing = await undo({ id: 'none' })
  expect(missing).toEqual({ code: 'UNKNOWN_CHANGE', argument: 'input.id' })
})

describe('a finished comparison says that its dataset has changed, and no longer after undo', () => {
  const measured = (async () => {
    const { id } = await fresh()
    return { id, comparison: await compare(id) }
  })()
  const pool = async (id: string) => ({ images: (await imagesOf(id, 'SUPPORT_POOL', 0)).slice(0, 1) })
  const changes: readonly (readonly [string, (id: string) => Promise<object>])[] = [
    ['renameClass', async () => ({ class: second, name: 'wren' })],
    ['addClass', async () => ({ class: { name: 'wren' } })],
    ['moveImages', async (id) => ({ ...(await pool(id)), class: third })],
    ['moveImages', async (id) => ({ ...(await pool(id)), split: 'VALIDATION' })],
  ]
  test.each(changes)('%s', async (name, input) => {
    const { id, comparison } = await measured
    expect(await changedSince(comparison)).toBe(false)
    const change = await mend(name, { dataset: id, ...(await input(id)) })
    expect(await changedSince(comparison)).toBe(true)
    expect(await undo(change)).toBe('undone')
    expect(await changedSince(comparison)).toBe(false)
  })

  test.each(['removeImages', 'unlabelImages'])('%s, of an image of no support set', async (name) => {
    const { id, comparison } = await measured
    const [run] = await library.comparisons.runs(comparison)
    const set = run?.result?.supportSetId ?? ''
    const used = (await library.supportSets.imagesOf([set])).get(set)?.map(({ imageId }) => imageId) ?? []
    const images = (await imagesOf(id, 'SUPPORT_POOL')).filter((image) => !used.includes(image)).slice(0, 2)
    const change = await mend(name, { dataset: id, images })
    expect(await changedSince(comparison)).toBe(true)
    expect(await undo(change)).toBe('undone')
    expect(await changedSince(comparison)).toBe(false)
    const again = await compare(id)
    const runs = async (comparison: string) =>
      (await library.comparisons.runs(comparison)).map(({ id }) => id)
    expect(await runs(again)).toEqual(await runs(comparison))
  })

  test('a new name of the dataset changes no result', async () => {
    const { id, comparison } = await measured
    await mend('renameDataset', { dataset: id, name: `Renamed ${++count}` })
    expect(await changedSince(comparison)).toBe(false)
  })
})

test('added images whose adding is undone are kept until the change is forgotten, and then deleted', async () => {
  const { id } = await fresh()
  const image = { base64: base64Of(await picture(1, 7103)) }
  const change = await mend('addImages', { dataset: id, images: [{ image, class: first, split: 'TEST' }] })
  const [added = ''] = (await imagesOf(id, 'TEST', 0)).slice(-1)
  expect(await undo(change)).toBe('undone')
  expect(await library.store.images.known([added])).toEqual([added])
  await library.deletions.changes(id)
  expect(await library.store.images.known([added])).toEqual([])
})

test('added images that a support set has can be taken back; the support set keeps them', async () => {
  const { id } = await fresh()
  const image = { base64: base64Of(await picture(1, 7104)) }
  const added = await mend('addImages', {
    ...{ dataset: id, images: [{ image, class: first, split: 'SUPPORT_POOL' }] },
  })
  const [newest = ''] = (await imagesOf(id, 'SUPPORT_POOL', 0)).slice(-1)
  const set = await library.supportSets.create({
    ...{ dataset: id, shots: 4, drawing: 'AT_MOST', seed: 1, augmentations: 1 },
  })
  expect(await undo(added)).toBe('undone')
  const images = await library.store.supportSets.images(set.id)
  expect(images.map(({ imageId }) => imageId)).toContain(newest)
})

describe('undo is refused, and changes nothing,', () => {
  test('for prompts that changed again', async () => {
    const { id } = await fresh()
    const prompts = await mend('setPrompts', { dataset: id, classes: [{ name: first, prompts: ['a.'] }] })
    await mend('setPrompts', { dataset: id, classes: [{ name: first, prompts: ['b.'] }] })
    expect(await undo(prompts)).toEqual({ code: 'CANNOT_UNDO', argument: 'input.id' })
  })

  const refused = async (id: string, change: { id: string } | null, code: string) => {
    const before = await contentsOf(id)
    expect(await undo(change)).toEqual({ code, argument: 'input.id' })
    expect(await contentsOf(id)).toEqual(before)
  }

  test('where what the change left has changed since', async () => {
    const { id } = await fresh()
    const images = await imagesOf(id, 'TEST', 0)
    const moved = await mend('moveImages', { dataset: id, images, class: second })
    await mend('moveImages', { dataset: id, images: images.slice(0, 1), class: third })
    await refused(id, moved, 'CANNOT_UNDO')

    const removed = await mend('removeImages', { dataset: id, images: await imagesOf(id, 'SUPPORT_POOL', 0) })
    await library.datasets.addImages({ dataset: id, images: await labelledPictures({ SUPPORT_POOL: 1 }) })
    await refused(id, removed, 'CANNOT_UNDO')

    const added = await mend('addClass', { dataset: id, class: { name: 'wren' } })
    await mend('moveImages', { dataset: id, images: images.slice(0, 1), class: 'wren' })
    await refused(id, added, 'CANNOT_UNDO')

    const renamed = await mend('renameClass', { dataset: id, class: first, name: 'owl' })
    await mend('addClass', { dataset: id, class: { name: first } })
    await refused(id, renamed, 'CANNOT_UNDO')

    const deleted = await mend('deleteClass', { dataset: id, class: third })
    await mend('addClass', { dataset: id, class: { name: third } })
    await refused(id, deleted, 'CANNOT_UNDO')
  })

  test('where the old name of a dataset is taken', async () => {
    const { id, name } = await fresh()
    const renamed = await mend('renameDataset', { dataset: id, name: `Renamed ${++count}` })
    const other = await library.datasets.create({ name, classes: [{ name: 'x' }] })
    await refused(id, renamed, 'DATASET_EXISTS')
    await library.deletions.dataset(other.id)
    expect(await undo(renamed)).toBe('undone')
  })

  test('where results made since would no longer be true', async () => {
    const { id } = await fresh()
    const deleted = await mend('deleteClass', { dataset: id, class: third })
    const tests = await mend('removeImages', {
      dataset: id,
      images: (await imagesOf(id, 'TEST')).slice(0, 1),
    })
    await compare(id)
    await refused(id, deleted, 'HAS_RESULTS')
    // Results keep the test images that they were measured on.
    expect(await undo(tests)).toBe('undone')
  })

  test('while a job works with the dataset', async () => {
    const { id } = await fresh()
    const change = await mend('renameClass', { dataset: id, class: first, name: 'owl' })
    const { id: comparison } = await library.comparisons.compare({
      ...{ dataset: id, shots: [1, 2], seeds: [1, 2, 3, 4], methods: [{ method: 'tip-adapter' }] },
      ...{ selection: 'NONE', klScaling: 'FROZEN', augmentations: 1 },
    })
    expect(await undo(change)).toEqual({ code: 'IN_USE', argument: 'input.id' })
    await library.comparisons.cancel(comparison)
    await library.comparisons.ended(comparison)
    expect(await undo(change)).toBe('undone')
  })
})

describe('removed images', () => {
  const isThere = async (image: string) =>
    library.images.read(image).then(
      () => true,
      () => false,
    )
  const removeNew = async () => {
    const { id } = await fresh()
    const bytes = await picture(1, 9000 + ++count)
    const image = { base64: bytes.toString('base64') }
    await library.datasets.addImages({ dataset: id, images: [{ image, class: first, split: 'TEST' }] })
    const added = (await imagesOf(id, 'TEST', 0)).at(-1) ?? ''
    const change = await mend('removeImages', { dataset: id, images: [added] })
    return { id, added, change }
  }

  test('are kept until the changes of their dataset are forgotten', async () => {
    const { id, added, change } = await removeNew()
    expect(await isThere(added)).toBe(true)
    await server.query(
      'mutation ($id: ID!) { forgetDatasetChanges(input: { dataset: $id }) { dataset { id } } }',
      { id },
    )
    expect(await isThere(added)).toBe(false)
    expect(await undo(change)).toEqual({ code: 'UNKNOWN_CHANGE', argument: 'input.id' })
  })

  test('stay when the removal was undone', async () => {
    const { id, added, change } = await removeNew()
    expect(await undo(change)).toBe('undone')
    await library.deletions.changes(id)
    expect(await isThere(added)).toBe(true)
  })

  test('go with their dataset', async () => {
    const { id, added } = await removeNew()
    await library.deletions.dataset(id)
    expect(await isThere(added)).toBe(false)
  })

  test('go after 7 days', async () => {
    const { recordedChanges } = library.store
    // What the tests before removed, also by undoing additions.
    await recordedChanges.forget({ before: new Date() })
    const [old, recent] = [await removeNew(), await removeNew()]
    const before = (await recordedChanges.getMany([recent.change?.id ?? '']))[0]?.createdAt ?? new Date(0)
    expect(await recordedChanges.forget({ before })).toEqual([old.added])
    await library.deletions.oldChanges()
    expect(await undo(recent.change)).toBe('undone')
  })
})
