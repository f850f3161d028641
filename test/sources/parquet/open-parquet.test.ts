import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { LabelColumns } from '../../../src/sources/labels/label-row.js'
import { featuresOfCard } from '../../../src/sources/parquet/features.js'
import { openParquet } from '../../../src/sources/parquet/open-parquet.js'
import { temporaryFolder } from '../../helpers/folder.js'
import { type ParquetOptions, type ParquetRow, parquetOf } from '../../helpers/parquet.js'

const classNames = ['cat', 'dog']
const image = (text: string): Buffer => Buffer.from(`image ${text}`)
const rows: readonly ParquetRow[] = [
  { image: image('0'), label: 0 },
  { image: image('1'), label: 1 },
  { image: image('2'), label: -1 },
  { image: null, label: 1 },
  { image: image('4'), label: null },
]

async function open(
  bytes: Buffer,
  { name = 'data/train-00000-of-00001.parquet', columns = {}, readme = '' } = {} as {
    name?: string
    columns?: LabelColumns
    readme?: string
  },
) {
  const path = join(await temporaryFolder(), 'table.parquet')
  await writeFile(path, bytes)
  const source = await openParquet(
    { path, name, features: featuresOfCard(readme), columns },
    { maxImportedFileMegabytes: 1 },
  )
  return {
    ...source,
    /** The lines of the table, and the content of each image or the code of its error. */
    async all() {
      const [labels = Buffer.alloc(0), ...images] = await readAll(source)
      const lines = labels.toString().split('\n')
      return { lines: lines.map((line) => JSON.parse(line)), images: images.map(String) }
    },
  }
}

async function readAll(source: Awaited<ReturnType<typeof openParquet>>): Promise<(Buffer | string)[]> {
  const contents: (Buffer | string)[] = []
  for await (const read of source.readers(await source.files())) {
    contents.push(await read().catch((error: { code: string }) => error.code))
  }
  return contents
}

test.each([1, 2, 100])('images and labels come row by row, in groups of %i', async (rowsPerGroup) => {
  const { all, files } = await open(parquetOf(rows, { classNames, rowsPerGroup }))
  expect((await files()).map(({ path }) => path)).toEqual([
    'metadata.jsonl',
    ...[0, 1, 2, 3, 4].map((row) => `000000${row}.jpg`),
  ])
  const { lines, images } = await all()
  expect(images).toEqual(['image 0', 'image 1', 'image 2', 'INVALID_IMAGE', 'image 4'])
  // The `datasets` library writes -1 where there is no label.
  expect(lines.map(({ label }) => label)).toEqual(['cat', 'dog', undefined, 'dog', undefined])
  expect(new Set(lines.map(({ split }) => split))).toEqual(new Set(['SUPPORT_POOL']))
})

test('some of the images can be read, and groups that none is wanted of are not', async () => {
  const source = await open(parquetOf(rows, { classNames, rowsPerGroup: 2 }))
  const contents: string[] = []
  const wanted = (await source.files()).filter(({ at }) => at === 2 || at === 5)
  for await (const read of source.readers(wanted)) contents.push(String(await read()))
  expect(contents).toEqual(['image 1', 'image 4'])
})

test('names of classes may stand in README.md, as a list or by number', async () => {
  for (const names of ["['cat', 'dog']", "\n            '0': cat\n            '1': dog"]) {
    const readme = `---\ndataset_info:\n  features:\n  - name: label\n    dtype:\n      class_label:\n        names: ${names}\n---\n# Text`
    const { lines } = await (await open(parquetOf(rows), { readme })).all()
    expect(lines.map(({ label }) => label)).toEqual(['cat', 'dog', undefined, 'dog', undefined])
  }
})

test('labels may be texts, and numbers without names are their own names', async () => {
  const texts = parquetOf([{ image: image('0'), label: 'a cat' }])
  expect((await (await open(texts)).all()).lines).toMatchObject([{ label: 'a cat' }])
  const numbers = parquetOf([{ image: image('0'), label: 7 }])
  expect((await (await open(numbers)).all()).lines).toMatchObject([{ label: '7' }])
})

const fine: ParquetOptions = { labelColumn: 'fine', classNames }

test('the only column of classes is the label, whatever its name; another one is asked for', async () => {
  expect((await (await open(parquetOf(rows, fine))).all()).lines[0]).toMatchObject({ label: 'cat' })
  const unnamed = parquetOf(rows, { labelColumn: 'fine' })
  await expect(open(unnamed)).rejects.toMatchObject({
    code: 'INVALID_PARQUET',
    message: expect.stringContaining(
      'no column of labels: choose one with --label-column; its columns: image, fine',
    ),
  })
  expect((await (await open(unnamed, { columns: { label: 'fine' } })).all()).lines[0]).toMatchObject({
    fine: '0',
  })
  await expect(open(unnamed, { columns: { label: 'coarse' } })).rejects.toThrow('it has no column "coarse"')
})

test('a file cut short, and a label that stands for no class, are errors that name the file', async () => {
  const whole = parquetOf(rows, { classNames })
  for (const bytes of [whole.length - 3, 40, 0]) {
    await expect(open(whole.subarray(0, bytes))).rejects.toMatchObject({
      code: 'INVALID_PARQUET',
      message: expect.stringContaining('data/train-00000-of-00001.parquet'),
    })
  }
  const source = await open(parquetOf([...rows, { image: image('5'), label: 2 }], { classNames }))
  const [first] = await readAll(source)
  expect(first).toBe('INVALID_PARQUET')
})

test('rows that cannot be read are images that cannot be read', async () => {
  const bytes = parquetOf(rows, { classNames, rowsPerGroup: 2 })
  bytes.fill(0xff, 4, 24)
  const [, ...images] = await readAll(await open(bytes))
  expect(images.map(String)).toEqual([
    'INVALID_IMAGE',
    'INVALID_IMAGE',
    'image 2',
    'INVALID_IMAGE',
    'image 4',
  ])
})
