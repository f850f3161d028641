import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { tarOf, zipOf } from '../helpers/archives.js'
import { makeDataset } from '../helpers/datasets.js'
import { filesBelow } from '../helpers/folder.js'
import { startHub } from '../helpers/hub.js'
import { classNames, picture } from '../helpers/pictures.js'
import { startTestServer } from '../helpers/server.js'

const hub = await startHub()
const server = await startTestServer({
  HF_ENDPOINT: hub.endpoint,
  SHOTBOARD_MAX_REQUEST_MB: '1',
  SHOTBOARD_MAX_ARCHIVE_MB: '2',
  SHOTBOARD_MAX_ARCHIVE_ENTRIES: '200',
})

interface Import {
  readonly id: string
  readonly archive: string
  readonly status: string
  readonly progress: number
  readonly error: string | null
  readonly errorCode: string | null
  readonly files: number | null
  readonly added: number
  readonly duplicates: number
  readonly rejectedCount: number
  readonly rejected: readonly { file: string; code: string; reason: string }[]
  readonly dataset: {
    id: string
    name: string
    classes: readonly { name: string; prompts: readonly string[] }[]
    counts: readonly { split: string; images: number }[]
  } | null
  readonly finishedAt: string | null
}
const fields = `id archive status progress error errorCode files added duplicates rejectedCount
  rejected { file code reason } dataset { id name classes { nodes { name prompts } } counts { split images } } finishedAt`

const importArchive = (archive: Buffer, input: object = {}) =>
  server.upload<{ importArchive: { import: Import } }>(
    `mutation ($input: ImportArchiveInput!) { importArchive(input: $input) { import { ${fields} } } }`,
    { input: { ...input, archive: null } },
    { 'input.archive': archive },
  )

const find = async (id: string): Promise<Import> =>
  (await server.read<{ import: Import }>(`query ($id: ID!) { import(id: $id) { ${fields} } }`, { id })).import

/** Imports an archive that is taken, and waits for the end. */
async function imported(archive: Buffer, input: object = {}): Promise<Import> {
  const { data, errors } = await importArchive(archive, input)
  if (!data) throw new Error(JSON.stringify(errors))
  await server.library.imports.ended(data.importArchive.import.id)
  return find(data.importArchive.import.id)
}

/** Pictures of classes a and b, so many of each, laid out as asked. */
async function pictures(count: number, from: number, pathOf: (folder: string, i: number) => string) {
  const files: Record<string, Buffer> = {}
  for (let i = 0; i < count; i++) {
    for (const [c, folder] of ['a', 'b'].entries()) files[pathOf(folder, i)] = await picture(c, from + i)
  }
  return files
}

const archives = () => filesBelow(`${server.settings.dataDirectory}/archives`)

test('an archive is taken at once, and imported in the background', async () => {
  const files = {
    ...(await pictures(2, 0, (folder, i) => `support_pool/${folder}/${i}.png`)),
    ...(await pictures(1, 50, (folder, i) => `test/${folder}/${i}.png`)),
    'dataset.json': Buffer.from('{"classes":[{"name":"A","folder":"a","prompts":["an a."]},{"name":"b"}]}'),
    'test/a/broken.png': Buffer.from('no image'),
  }
  const { data } = await importArchive(zipOf(files), { name: 'Zipped' })
  expect(data?.importArchive.import).toMatchObject({ archive: '0.png', dataset: null, added: 0 })
  await server.library.imports.ended(data?.importArchive.import.id ?? '')
  expect(await find(data?.importArchive.import.id ?? '')).toEqual({
    id: data?.importArchive.import.id,
    archive: '0.png',
    status: 'SUCCEEDED',
    progress: 1,
    error: null,
    errorCode: null,
    files: 7,
    added: 6,
    duplicates: 0,
    rejectedCount: 1,
    rejected: [{ file: 'test/a/broken.png', code: 'INVALID_IMAGE', reason: expect.any(String) }],
    dataset: {
      id: expect.any(String),
      name: 'Zipped',
      classes: [
        { name: 'A', prompts: ['an a.'] },
        { name: 'b', prompts: ['a photo of a b.'] },
      ],
      counts: expect.arrayContaining([
        { split: 'SUPPORT_POOL', images: 4 },
        { split: 'TEST', images: 2 },
      ]),
    },
    finishedAt: expect.any(String),
  })
  expect(await archives()).toEqual([])
})

test('an archive may be larger than other requests', async () => {
  const large = {
    ...(await pictures(1, 400, (folder, i) => `${folder}/${i}.png`)),
    'a/notes': randomBytes(1.5 * 2 ** 20),
  }
  expect(await imported(zipOf(large), { name: 'Large' })).toMatchObject({ added: 2, rejectedCount: 1 })
  const image = { image: { upload: null }, class: 'a', split: 'TEST' }
  const { status, errors } = await server.upload(
    'mutation ($input: AddImagesInput!) { addImages(input: $input) { added } }',
    { input: { dataset: 'any', images: [image] } },
    { 'input.images.0.image.upload': randomBytes(1.5 * 2 ** 20) },
  )
  expect(status).toBe(413)
  expect(errors?.[0]?.extensions.code).toBe('REQUEST_TOO_LARGE')
})

test('importing the same again adds nothing, as a zip, as a .tar.gz or in another layout', async () => {
  const files = await pictures(5, 100, (folder, i) => `mine/${folder}/${i}.png`)
  const first = await imported(zipOf(files))
  expect(first).toMatchObject({ status: 'SUCCEEDED', files: 10, added: 10, dataset: { name: 'mine' } })
  const counts = await server.counts()
  expect(await imported(await tarOf(files))).toMatchObject({
    added: 0,
    duplicates: 10,
    dataset: first.dataset,
  })
  const bySplit = await pictures(5, 100, (folder, i) => `test/${folder}/${i}.png`)
  expect(await imported(zipOf(bySplit), { name: ' mine ' })).toMatchObject({ added: 0, duplicates: 10 })
  expect(await server.counts()).toEqual(counts)
})

test('images without splits are split by the rule asked for', async () => {
  const files = await pictures(10, 200, (folder, i) => `${folder}/${i}.png`)
  const byDefault = await imported(zipOf(files), { name: 'By default' })
  expect(byDefault.dataset?.counts).toEqual(
    expect.arrayContaining([
      { split: 'SUPPORT_POOL', images: 10 },
      { split: 'VALIDATION', images: 4 },
      { split: 'TEST', images: 6 },
    ]),
  )
  const splitRule = { supportPool: 0.9, validation: 0, test: 0.1, seed: 7 }
  const byRule = await imported(await tarOf(files), { name: 'By rule', splitRule })
  expect(byRule.dataset?.counts).toEqual(
    expect.arrayContaining([
      { split: 'SUPPORT_POOL', images: 18 },
      { split: 'TEST', images: 2 },
    ]),
  )
})

test.each([
  ['an archive of another kind', Buffer.from('Rar!'), {}, 'UNSUPPORTED_ARCHIVE', undefined],
  ['an archive that is too large', Buffer.alloc(2 ** 21 + 1, 1), {}, 'ARCHIVE_TOO_LARGE', undefined],
  [
    'shares that do not add up',
    zipOf({}),
    { splitRule: { supportPool: 0.9 } },
    'INVALID_VALUE',
    'input.splitRule',
  ],
  ['an empty name', zipOf({}), { name: ' ' }, 'INVALID_VALUE', 'input.name'],
])('%s is refused at once, and nothing is kept', async (_, archive, input, code, argument) => {
  const before = await server.counts()
  const { errors } = await importArchive(archive, input)
  expect(errors?.[0]?.extensions).toMatchObject({ code, ...(argument && { argument }) })
  expect(await server.counts()).toEqual(before)
  expect(await archives()).toEqual([])
})

test.each([
  [
    'a path that leaves the folder',
    { 'a/1.png': Buffer.from('x'), '../../1.png': Buffer.from('x') },
    'ARCHIVE_PATH_LEAVES_FOLDER',
  ],
  [
    'too many entries',
    Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`a/${i}.png`, Buffer.from('x')])),
    'ARCHIVE_TOO_MANY_ENTRIES',
  ],
  [
    'a bomb',
    Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`a/${i}.png`, Buffer.alloc(8 * 2 ** 20)])),
    'ARCHIVE_PACKED_TOO_TIGHTLY',
  ],
  ['no images', { 'readme.txt': Buffer.from('x') }, 'INVALID_ARCHIVE'],
])('%s fails the import, which says so and leaves nothing', async (_, files, errorCode) => {
  const before = await server.counts()
  for (const archive of [zipOf(files), await tarOf(files)]) {
    const result = await imported(archive, { name: 'Bad' })
    expect(result).toMatchObject({ status: 'FAILED', errorCode, dataset: null, added: 0 })
    expect(result.error).not.toContain(server.settings.dataDirectory)
  }
  expect(await server.counts()).toEqual(before)
  expect(await archives()).toEqual([])
})

test('an import is cancelled, and what it has added stays', async () => {
  const files = await pictures(90, 300, (folder, i) => `${folder}/${i}.png`)
  const { data } = await importArchive(zipOf(files), { name: 'Cancelled' })
  const id = data?.importArchive.import.id ?? ''
  const cancelled = await server.read<{ cancelImport: { import: Import } }>(
    `mutation ($id: ID!) { cancelImport(input: { id: $id }) { import { ${fields} } } }`,
    { id },
  )
  expect(cancelled.cancelImport.import).toMatchObject({ status: 'CANCELLED', finishedAt: expect.any(String) })
  await server.library.imports.ended(id)
  const ended = await find(id)
  await setTimeout(50)
  expect(await find(id)).toEqual(ended)
  expect(ended.added).toBe(ended.dataset?.counts.reduce((sum, { images }) => sum + images, 0) ?? 0)
  expect(await archives()).toEqual([])
  const again = await server.ask(
    'mutation ($id: ID!) { cancelImport(input: { id: $id }) { import { id } } }',
    { id },
  )
  expect(again.errors?.[0]?.extensions).toMatchObject({ code: 'IMPORT_FINISHED', argument: 'input.id' })
})

test('imports are listed page by page, newest first, by dataset and status', async () => {
  const { imports } = await server.read<{ imports: { nodes: Import[]; totalCount: number } }>(
    `{ imports(first: 3) { totalCount nodes { ${fields} } } }`,
  )
  expect(imports.nodes).toHaveLength(3)
  expect(imports.totalCount).toBeGreaterThan(5)
  const dataset = (await server.library.store.datasets.findByName('mine'))?.id
  const ofDataset = await server.read<{ imports: { nodes: Import[] } }>(
    `query ($dataset: ID!) { imports(dataset: $dataset, status: SUCCEEDED) { nodes { ${fields} } } }`,
    { dataset },
  )
  expect(ofDataset.imports.nodes.map(({ added }) => added)).toEqual([0, 0, 10])
  const unknown = await server.ask('{ import(id: "none") { id } }')
  expect(unknown.errors?.[0]?.extensions).toMatchObject({ code: 'UNKNOWN_IMPORT', argument: 'id' })
})

const setPrompts = (input: object) =>
  server.ask<{ setPrompts: { dataset: { classes: { nodes: { name: string; prompts: string[] }[] } } } }>(
    'mutation ($input: SetPromptsInput!) { setPrompts(input: $input) { dataset { classes { nodes { name prompts } } } } }',
    { input },
  )

test('prompts are edited, and go back to the usual one', async () => {
  const { id } = await makeDataset(server.library, 'Prompted', {})
  const [first, second] = classNames
  const { data } = await setPrompts({ dataset: id, classes: [{ name: second, prompts: ['one.', 'two.'] }] })
  expect(data?.setPrompts.dataset.classes.nodes.map(({ prompts }) => prompts)).toEqual([
    [`a photo of a ${first}.`],
    ['one.', 'two.'],
    [`a photo of a ${classNames[2]}.`],
  ])
  const back = await setPrompts({ dataset: id, classes: [{ name: second }] })
  expect(back.data?.setPrompts.dataset.classes.nodes[1]?.prompts).toEqual([`a photo of a ${second}.`])
})

test.each([
  [{ dataset: 'none', classes: [{ name: 'x' }] }, 'UNKNOWN_DATASET', 'input.dataset'],
  [{ classes: [] }, 'EMPTY_LIST', 'input.classes'],
  [{ classes: [{ name: 'x', prompts: ['a'] }] }, 'UNKNOWN_CLASS', 'input.classes[0].name'],
  [{ classes: [{ name: classNames[0], prompts: [] }] }, 'EMPTY_LIST', 'input.classes[0].prompts'],
  [{ classes: [{ name: classNames[0], prompts: [' '] }] }, 'INVALID_VALUE', 'input.classes[0].prompts[0]'],
  [
    { classes: [{ name: classNames[0] }, { name: classNames[0] }] },
    'DUPLICATE_ENTRY',
    'input.classes[1].name',
  ],
])('prompts given as %j are refused', async (input, code, argument) => {
  const dataset = (await server.library.store.datasets.findByName('Prompted'))?.id
  const { errors } = await setPrompts({ dataset, ...input })
  expect(errors?.[0]?.extensions).toEqual({ code, argument })
})

test('a preview says what the import then does, with its warnings, and stores nothing', async () => {
  const files = {
    ...(await pictures(2, 700, (folder, i) => `train/${folder}/${i}.png`)),
    ...(await pictures(1, 750, (folder, i) => `test/${folder}/${i}.png`)),
    'test/A/0.png': await picture(2, 760),
    'test/a/broken.png': Buffer.from('no image'),
  }
  const preview = `name added duplicates rejectedCount rejected(first: 1) { file code reason }
    classes { name counts { split images } } warnings { code text } dataset { id }`
  const previewed = (archive: Buffer, input: object = {}) =>
    server.upload<{ importPreview: Record<string, unknown> }>(
      `query ($input: ImportArchiveInput!) { importPreview(input: $input) { ${preview} } }`,
      { input: { ...input, archive: null } },
      { 'input.archive': archive },
    )
  const before = await server.counts()
  const { data } = await previewed(zipOf(files), { name: 'Previewed' })
  expect(await server.counts()).toEqual(before)
  expect(await archives()).toEqual([])
  const inSplits = (SUPPORT_POOL: number, VALIDATION: number, TEST: number) =>
    Object.entries({ SUPPORT_POOL, VALIDATION, TEST }).map(([split, images]) => ({ split, images }))
  expect(data?.importPreview).toEqual({
    ...{ name: 'Previewed', added: 7, duplicates: 0, rejectedCount: 1, dataset: null },
    rejected: [{ file: 'test/a/broken.png', code: 'INVALID_IMAGE', reason: expect.any(String) }],
    classes: [
      { name: 'A', counts: inSplits(0, 0, 1) },
      { name: 'a', counts: inSplits(2, 0, 1) },
      { name: 'b', counts: inSplits(2, 0, 1) },
    ],
    warnings: [
      { code: 'SIMILAR_CLASS_NAMES', text: expect.any(String) },
      { code: 'CLASS_OF_ONE_IMAGE', text: 'Class "A" has one image.' },
    ],
  })
  const done = await imported(zipOf(files), { name: 'Previewed' })
  expect(done).toMatchObject({ added: 7, rejectedCount: 1 })
  const { import: told } = await server.read<{ import: object }>(
    'query ($id: ID!) { import(id: $id) { warnings { code text } } }',
    { id: done.id },
  )
  expect(told).toEqual({ warnings: data?.importPreview.warnings })

  const flat = await previewed(zipOf({ '1.png': await picture(0, 770), '2.png': await picture(0, 771) }))
  expect(flat.errors?.[0]).toMatchObject({ extensions: { code: 'INVALID_ARCHIVE' } })
  expect(flat.errors?.[0]?.message).toContain('put those of each class in a folder named after the class')
  expect(await archives()).toEqual([])
})

test('a dataset of the hub is previewed, and then imported in the background', async () => {
  const files = await pictures(2, 800, (folder, i) => `train/${folder}/${i}.png`)
  hub.repositories.set('somebody/letters', new Map(Object.entries(files)))
  const input = { source: 'hf:somebody/letters', splits: ['train'] }
  const { hubImportPreview } = await server.read<{ hubImportPreview: object }>(
    'query ($input: ImportFromHubInput!) { hubImportPreview(input: $input) { name added classes { name } } }',
    { input },
  )
  expect(hubImportPreview).toEqual({ name: 'letters', added: 4, classes: [{ name: 'a' }, { name: 'b' }] })
  const start =
    'mutation ($input: ImportFromHubInput!) { importFromHub(input: $input) { import { id archive } } }'
  const { importFromHub } = await server.read<{
    importFromHub: { import: { id: string; archive: string } }
  }>(start, {
    input,
  })
  expect(importFromHub.import.archive).toBe('hf:somebody/letters@main')
  await server.library.imports.ended(importFromHub.import.id)
  expect(await find(importFromHub.import.id)).toMatchObject({
    ...{ status: 'SUCCEEDED', added: 4, dataset: { name: 'letters' } },
  })
  for (const [source, code] of [
    ['hf:somebody/nothing', 'HUB_DATASET_NOT_FOUND'],
    ['https://example.org/data', 'INVALID_VALUE'],
  ]) {
    const { errors } = await server.ask(start, { input: { source } })
    expect(errors?.[0]?.extensions).toMatchObject({ code })
  }
})
