import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { temporaryFolder } from '../../helpers/folder.js'
import { startHub } from '../../helpers/hub.js'
import { openTestLibrary } from '../../helpers/library.js'
import { type ParquetOptions, parquetOf } from '../../helpers/parquet.js'
import { picture } from '../../helpers/pictures.js'

const hub = await startHub()
const data = await temporaryFolder()
const library = await openTestLibrary(data, { HF_ENDPOINT: hub.endpoint, HF_TOKEN: 'hf_secret' })
const { imports } = library

const classNames = ['cat', 'dog']

/** A parquet file with pictures of those classes. */
const shard = async (first: number, labels: readonly number[], options: ParquetOptions = { classNames }) =>
  parquetOf(
    await Promise.all(
      labels.map(async (label, i) => ({ image: await picture(Math.max(0, label), first + i), label })),
    ),
    options,
  )

function publish(name: string, files: Readonly<Record<string, Buffer | string>>, card: object = {}): void {
  hub.repositories.set(
    name,
    new Map(Object.entries(files).map(([path, content]) => [path, Buffer.from(content)])),
  )
  hub.cards.set(name, card)
}

/** The number of images by class and split, such as `cat TEST`. */
async function countsOf(id: string): Promise<Record<string, number>> {
  const classes = await library.store.datasets.classes(id)
  const counts: Record<string, number> = {}
  for (const { classIndex, split } of await library.store.datasets.images(id)) {
    const place = `${classes[classIndex]?.name} ${split}`
    counts[place] = (counts[place] ?? 0) + 1
  }
  return counts
}

const downloads = () => readdir(join(data, 'hub')).catch(() => [])

beforeEach(() => {
  hub.token = undefined
  hub.reads.length = 0
})

test('a dataset of parquet files is imported with its classes and splits, and rows without a label are named', async () => {
  publish('somebody/pets', {
    'README.md': '# Pets',
    'data/train-00000-of-00002.parquet': await shard(100, [0, 1, 0], { classNames, rowsPerGroup: 2 }),
    'data/train-00001-of-00002.parquet': await shard(110, [1]),
    'data/validation-00000-of-00001.parquet': await shard(120, [0]),
    'data/test-00000-of-00001.parquet': await shard(130, [1, -1]),
  })
  const plan = await imports.planPath('hf:somebody/pets')
  expect(plan).toMatchObject({ name: 'pets', added: 6, rejected: [{}, {}] })
  const fetched = hub.reads.length
  const progress: [number, number][] = []
  const { dataset, added, rejected } = await imports.importPath('hf:somebody/pets', {
    onDownload: (done, total) => void progress.push([done, total]),
  })
  expect(dataset.name).toBe('pets')
  expect(added).toBe(6)
  expect(rejected.map(({ file, code }) => [file, code]).toSorted()).toEqual([
    ['README.md', 'FILE_NOT_IMPORTED'],
    ['data/test-00000-of-00001.parquet/0000001.jpg', 'IMAGE_WITHOUT_LABEL'],
  ])
  expect(await countsOf(dataset.id)).toEqual({
    'cat SUPPORT_POOL': 2,
    'dog SUPPORT_POOL': 2,
    'cat VALIDATION': 1,
    'dog TEST': 1,
  })
  expect(progress.at(-1)?.[0]).toBe(progress.at(-1)?.[1])
  // The import uses what the plan has fetched, and then removes it.
  expect(hub.reads.length).toBe(fetched)
  expect(await downloads()).toEqual([])
})

test('a dataset of image files is imported by its folders and by metadata.csv', async () => {
  publish('somebody/folders', {
    'train/cat/1.png': await picture(0, 200),
    'train/dog/1.png': await picture(1, 200),
    'test/cat/1.png': await picture(0, 201),
  })
  const folders = await imports.importPath('hf:somebody/folders')
  expect(await countsOf(folders.dataset.id)).toEqual({
    'cat SUPPORT_POOL': 1,
    'dog SUPPORT_POOL': 1,
    'cat TEST': 1,
  })
  publish('somebody/labelled', {
    'train/metadata.csv': 'file_name,label\n1.png,cat\n2.png,dog\n',
    'train/1.png': await picture(0, 210),
    'train/2.png': await picture(1, 210),
  })
  const labelled = await imports.importPath('hf:somebody/labelled')
  expect(await countsOf(labelled.dataset.id)).toEqual({ 'cat SUPPORT_POOL': 1, 'dog SUPPORT_POOL': 1 })
})

test('a configuration and splits are chosen; without a choice, an error tells what there is', async () => {
  const configs = ['coarse', 'fine'].map((name) => ({
    config_name: name,
    data_files: [
      { split: 'train', path: `${name}/part-0*` },
      { split: 'test', path: [`${name}/part-1.parquet`] },
    ],
  }))
  publish(
    'somebody/configured',
    {
      'coarse/part-00.parquet': await shard(300, [0, 1]),
      'coarse/part-1.parquet': await shard(310, [0]),
      'fine/part-00.parquet': await shard(320, [0, 1]),
      'fine/part-1.parquet': await shard(330, [0, 1]),
    },
    { configs },
  )
  const source = 'hf:somebody/configured'
  const unusable = (text: string) => ({
    code: 'HUB_DATASET_UNUSABLE',
    message: expect.stringContaining(text),
  })
  await expect(imports.importPath(source)).rejects.toMatchObject(
    unusable('choose one of coarse, fine with --config'),
  )
  await expect(imports.importPath(source, { config: 'none' })).rejects.toMatchObject(unusable('coarse, fine'))
  await expect(imports.importPath(source, { config: 'fine', hubSplits: ['dev'] })).rejects.toMatchObject(
    unusable('no split "dev", but train, test'),
  )
  const fine = await imports.importPath(source, { config: 'fine', name: 'fine' })
  expect(await countsOf(fine.dataset.id)).toEqual({
    'cat SUPPORT_POOL': 1,
    'dog SUPPORT_POOL': 1,
    'cat TEST': 1,
    'dog TEST': 1,
  })
  const train = await imports.importPath(source, { config: 'coarse', hubSplits: ['train'], name: 'train' })
  expect(await countsOf(train.dataset.id)).toEqual({ 'cat SUPPORT_POOL': 1, 'dog SUPPORT_POOL': 1 })
})

test('what cannot be imported is a clear error, and leaves no dataset', async () => {
  publish('somebody/nothing', { 'README.md': '# Nothing', 'data.csv': 'a,b\n1,2\n' })
  publish('somebody/cut', { 'data/train-0.parquet': (await shard(400, [0, 1])).subarray(0, 500) })
  publish('somebody/range', { 'data/train-0.parquet': await shard(410, [0, 1, 5]) })
  for (const [name, code] of [
    ['somebody/missing', 'HUB_DATASET_NOT_FOUND'],
    ['somebody/nothing', 'HUB_DATASET_UNUSABLE'],
    ['somebody/cut', 'INVALID_PARQUET'],
    ['somebody/range', 'INVALID_PARQUET'],
    ['somebody/pets@no-such-branch', 'HUB_DATASET_NOT_FOUND'],
    ['../secrets', 'INVALID_VALUE'],
    ['somebody/pets@a@b', 'INVALID_VALUE'],
  ] as const) {
    await expect(imports.importPath(`hf:${name}`), name).rejects.toMatchObject({ code })
    await expect(imports.planPath(`hf:${name}`), name).rejects.toMatchObject({ code })
  }
  hub.token = 'hf_another'
  await expect(imports.importPath('hf:somebody/pets')).rejects.toMatchObject({
    code: 'HUB_DATASET_ACCESS_DENIED',
  })
  for (const name of ['nothing', 'cut', 'range', 'missing']) {
    expect(await library.store.datasets.findByName(name)).toBeNull()
  }
})

test('the token is sent, a broken download is resumed, and changed bytes are refused', async () => {
  publish('somebody/large', {
    'data/train-0.parquet': await shard(
      500,
      Array.from({ length: 20 }, (_, i) => i % 2),
    ),
  })
  hub.token = 'hf_secret'
  hub.breakOff('data/train-0.parquet', 5000)
  await expect(imports.importPath('hf:somebody/large')).rejects.toMatchObject({
    code: 'HUB_DATASET_DOWNLOAD_FAILED',
  })
  expect(await imports.importPath('hf:somebody/large')).toMatchObject({ added: 20 })
  expect(hub.reads.filter(({ range }) => range?.startsWith('bytes=5000-'))).toHaveLength(1)
  publish('somebody/changed', { 'data/train-0.parquet': await shard(600, [0, 1]) })
  hub.corrupt('data/train-0.parquet')
  await expect(imports.importPath('hf:somebody/changed')).rejects.toMatchObject({
    code: 'HUB_DATASET_CHECKSUM',
  })
})

test('in the background, the record says where it comes from and what became of it', async () => {
  publish('somebody/background', { 'a.parquet': await shard(700, [0, 1, 0, 1]) })
  hub.commits.set('somebody/background', 'b'.repeat(40))
  const dataset = { repository: 'somebody/background', revision: 'main' }
  const { id } = await imports.importHub({ dataset, name: 'Background' })
  const ended = await imports.ended(id)
  expect(ended).toMatchObject({
    ...{ status: 'SUCCEEDED', added: 4, archive: 'hf:somebody/background@main' },
    source: { repository: 'somebody/background', revision: 'b'.repeat(40) },
  })
  expect(await imports.planHub({ dataset, name: 'Background' })).toMatchObject({ added: 0, duplicates: 4 })
  publish('somebody/background', { 'a.txt': 'no images' })
  const failed = await imports.ended((await imports.importHub({ dataset })).id)
  expect(failed).toMatchObject({ status: 'FAILED', errorCode: 'HUB_DATASET_UNUSABLE', datasetId: null })
  await expect(
    imports.importHub({ dataset: { repository: 'somebody/missing', revision: 'main' } }),
  ).rejects.toMatchObject({ code: 'HUB_DATASET_NOT_FOUND' })
})
