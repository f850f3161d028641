import { createReadStream } from 'node:fs'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../helpers/folder.js'
import { openTestLibrary } from '../../helpers/library.js'
import { picture } from '../../helpers/pictures.js'

const library = await openTestLibrary(await temporaryFolder())

/** Writes files into a new folder of that name. Each is an image, given by class and variant, or a text. */
async function newFolder(name: string, files: Readonly<Record<string, [number, number] | string>>) {
  const folder = join(await temporaryFolder(), name)
  await addFiles(folder, files)
  return folder
}

async function addFiles(folder: string, files: Readonly<Record<string, [number, number] | string>>) {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), typeof content === 'string' ? content : await picture(...content))
  }
}

const classesOf = async (id: string) => await library.store.datasets.classes(id)
const splitsOf = async (id: string) =>
  Object.fromEntries((await library.store.datasets.counts(id)).map(({ split, images }) => [split, images]))

test('a folder becomes a dataset: its subfolders are splits and classes', async () => {
  const folder = await newFolder('animals', {
    'support_pool/wren/1.png': [0, 1],
    'support_pool/wren/2.png': [0, 2],
    'support_pool/owl/1.png': [1, 1],
    'validation/wren/1.png': [0, 3],
    'test/owl/1.png': [1, 2],
    'test/owl/.hidden': 'ignored',
    'notes/readme.txt': 'no image',
    'test/readme.txt': 'no image',
  })
  const progress: [number, number][] = []
  const onProgress = (done: number, total: number) => void progress.push([done, total])
  const { dataset, ...result } = await library.imports.importPath(folder, { onProgress })
  expect(dataset.name).toBe('animals')
  expect(result).toMatchObject({ added: 5, duplicates: 0, keptPrompts: [] })
  // Every other file is named with why.
  expect(result.rejected).toEqual([
    {
      file: 'notes/readme.txt',
      code: 'FILE_NOT_IMPORTED',
      reason: expect.stringContaining('no folder of a split'),
    },
    {
      file: 'test/readme.txt',
      code: 'FILE_NOT_IMPORTED',
      reason: expect.stringContaining('no folder of a class'),
    },
  ])
  expect(progress.at(-1)).toEqual([7, 7])
  expect(await classesOf(dataset.id)).toMatchObject([
    { index: 0, name: 'owl', prompts: ['a photo of a owl.'] },
    { index: 1, name: 'wren', prompts: ['a photo of a wren.'] },
  ])
  expect(await splitsOf(dataset.id)).toEqual({ SUPPORT_POOL: 3, VALIDATION: 1, TEST: 1 })
})

test('importing again adds only new images', async () => {
  const folder = await newFolder('again', {
    'support_pool/a/1.png': [0, 11],
    'support_pool/b/1.png': [1, 11],
  })
  const first = await library.imports.importPath(folder)
  expect(await library.imports.importPath(folder)).toEqual({
    dataset: first.dataset,
    added: 0,
    duplicates: 2,
    rejected: [],
    keptPrompts: [],
    warnings: ['a', 'b'].map((name) => ({
      code: 'CLASS_OF_ONE_IMAGE',
      text: `Class "${name}" has one image.`,
    })),
  })
  await addFiles(folder, { 'test/a/1.png': [0, 12], 'test/a/same.png': [0, 11] })
  expect(await library.imports.importPath(folder)).toMatchObject({ added: 1, duplicates: 3 })
  const named = await library.imports.importPath(folder, { name: ' Under another name ' })
  expect(named).toMatchObject({ added: 3, dataset: { name: 'Under another name' } })
  expect((await library.imports.importPath(folder, { name: ' Under another name ' })).dataset).toEqual(
    named.dataset,
  )
})

test('dataset.json gives the name, the order of classes, their prompts and their folders', async () => {
  const folder = await newFolder('files', {
    'dataset.json': JSON.stringify({
      dataset: 'Described ',
      classes: [
        { name: 'T-shirt/top', folder: 't-shirt', prompts: ['a T-shirt.', 'a top.'] },
        { name: 'coat' },
        { name: 'never seen' },
      ],
      source: 'ignored',
    }),
    'support_pool/coat/1.png': [0, 21],
    'support_pool/t-shirt/1.png': [1, 21],
    'test/coat/inside/1.png': [0, 22],
  })
  const { dataset, added } = await library.imports.importPath(folder)
  expect(dataset.name).toBe('Described')
  expect(added).toBe(3)
  expect(await classesOf(dataset.id)).toMatchObject([
    { index: 0, name: 'T-shirt/top', prompts: ['a T-shirt.', 'a top.'] },
    { index: 1, name: 'coat', prompts: ['a photo of a coat.'] },
    { index: 2, name: 'never seen', prompts: ['a photo of a never seen.'] },
  ])
  const images = await library.store.datasets.images(dataset.id)
  expect(images.map(({ classIndex }) => classIndex).sort()).toEqual([0, 1, 1])
  expect((await library.imports.importPath(folder)).added).toBe(0)
})

test('a file that is not an image is reported by its path, and the others are added', async () => {
  const folder = await newFolder('some broken', {
    'test/a/1.png': [0, 31],
    'test/a/2.png': 'no image',
    'test/a/3.png': '',
    'test/b/1.png': [1, 31],
  })
  await symlink('nowhere', join(folder, 'test/b/2.png'))
  const { added, rejected } = await library.imports.importPath(folder)
  expect(added).toBe(2)
  expect(rejected).toEqual([
    { file: 'test/a/2.png', code: 'INVALID_IMAGE', reason: expect.any(String) },
    {
      file: 'test/a/3.png',
      code: 'INVALID_IMAGE',
      reason: expect.stringContaining('no bytes'),
    },
    { file: 'test/b/2.png', code: 'INVALID_IMAGE', reason: expect.stringContaining('ENOENT') },
  ])
})

test('links to folders and files are followed', async () => {
  const elsewhere = await newFolder('elsewhere', { 'a/1.png': [0, 41], '2.png': [1, 41] })
  const folder = await newFolder('linked', { 'test/b/readme': 'no image' })
  await mkdir(join(folder, 'support_pool'))
  await symlink(join(elsewhere, 'a'), join(folder, 'support_pool/a'))
  await symlink(join(elsewhere, '2.png'), join(folder, 'test/b/2.png'))
  const { dataset, added } = await library.imports.importPath(folder)
  expect(added).toBe(2)
  expect(await splitsOf(dataset.id)).toEqual({ SUPPORT_POOL: 1, TEST: 1 })
})

test('spaces around a class name are trimmed', async () => {
  const folder = await newFolder('spaced', {
    'dataset.json': JSON.stringify({ classes: [{ name: ' a ' }, { name: 'b', folder: ' b' }] }),
    'test/ b/1.png': [0, 51],
    'test/a /1.png': [1, 51],
  })
  expect(await library.imports.importPath(folder)).toMatchObject({ added: 2, rejected: [] })
  expect(await library.imports.importPath(folder)).toMatchObject({ added: 0, duplicates: 2 })
})

test('an existing dataset of that name with other classes is an error, and nothing is added', async () => {
  await library.datasets.create({ name: 'taken', classes: [{ name: 'a' }, { name: 'c' }] })
  const folder = await newFolder('taken', { 'test/a/1.png': [0, 61], 'test/b/1.png': [1, 61] })
  await expect(library.imports.importPath(folder)).rejects.toMatchObject({
    code: 'INVALID_VALUE',
    argument: 'name',
    message: expect.stringContaining('a, c'),
  })
  const dataset = await library.store.datasets.findByName('taken')
  expect(await splitsOf(dataset?.id ?? '')).toEqual({})
})

test.each([
  ['an empty folder', {}, 'it has no images; it needs folders named after the classes'],
  ['images without a class', { '1.png': 'no image' }, 'in a folder named after the class'],
  ['a folder of notes', { 'notes/1.txt': 'no image' }, 'it has no images'],
  ['a dataset.json that is not JSON', { 'dataset.json': '{', 'test/a/1.png': 'x' }, 'dataset.json'],
  [
    'a dataset.json that does not match the schema',
    { 'dataset.json': '{"classes":[{}]}', 'test/a/1.png': 'x' },
    'dataset.json',
  ],
  [
    'a class that dataset.json does not name',
    { 'dataset.json': '{"classes":[{"name":"a"}]}', 'test/a/1.png': 'x', 'test/b/1.png': 'x' },
    'does not name the classes b',
  ],
])('%s cannot be imported', async (_, files, says) => {
  const folder = await newFolder('wrong', files)
  await mkdir(folder, { recursive: true })
  const wrong = { code: 'INVALID_FOLDER', message: expect.stringContaining(says) }
  await expect(library.imports.importPath(folder)).rejects.toMatchObject(wrong)
  expect(await library.store.datasets.findByName('wrong')).toBeNull()
})

test('a missing path, or a file that is not an archive, cannot be imported', async () => {
  const file = join(await newFolder('folder', { file: 'no folder' }), 'file')
  await expect(library.imports.importPath(`${file}/nothing`)).rejects.toMatchObject({
    code: 'INVALID_FOLDER',
  })
  await expect(library.imports.importPath(file)).rejects.toMatchObject({ code: 'UNSUPPORTED_ARCHIVE' })
})

test('a folder without splits is split by the rule for each class, the same way every time', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 20 }, (_, i): [string, [number, number]] => [
      `${i < 10 ? 'a' : 'b'}/${i}.png`,
      [i < 10 ? 0 : 1, 700 + i],
    ]),
  )
  const folder = await newFolder('no splits', files)
  const { dataset } = await library.imports.importPath(folder)
  expect(await splitsOf(dataset.id)).toEqual({ SUPPORT_POOL: 10, VALIDATION: 4, TEST: 6 })
  const images = await library.store.datasets.images(dataset.id)
  const again = await library.imports.importPath(folder, { name: 'once more' })
  expect(await library.store.datasets.images(again.dataset.id)).toEqual(images)
  const splitRule = { supportPool: 0.8, validation: 0, test: 0.2 }
  const other = await library.imports.importPath(folder, { name: 'other rule', splitRule })
  expect(await splitsOf(other.dataset.id)).toEqual({ SUPPORT_POOL: 16, TEST: 4 })
  const seeded = await library.imports.importPath(folder, { name: 'other seed', splitRule: { seed: 2 } })
  expect(await library.store.datasets.images(seeded.dataset.id)).not.toEqual(images)
})

test.each([
  [{ supportPool: 0.9 }, 'splitRule'],
  [{ supportPool: -0.5, validation: 1.2 }, 'splitRule.supportPool'],
  [{ seed: 0.5 }, 'splitRule.seed'],
  [{ test: Number.NaN }, 'splitRule.test'],
])('the split rule %o is refused', async (splitRule, argument) => {
  const folder = await newFolder('any', { 'a/1.png': [0, 1] })
  await expect(library.imports.importPath(folder, { splitRule })).rejects.toMatchObject({
    code: 'INVALID_VALUE',
    argument,
  })
})

test('an existing dataset keeps its prompts, unless updatePrompts is set', async () => {
  const describe = (prompt: string) =>
    JSON.stringify({ classes: [{ name: 'a', prompts: [prompt] }, { name: 'b' }] })
  const folder = await newFolder('prompted', {
    'dataset.json': describe('an a.'),
    'test/a/1.png': [0, 81],
    'test/b/1.png': [1, 81],
  })
  const { dataset } = await library.imports.importPath(folder)
  await library.datasets.setPrompts({ dataset: dataset.id, classes: [{ name: 'b', prompts: ['a b.'] }] })
  await addFiles(folder, { 'dataset.json': describe('another a.') })
  const prompts = async () => (await classesOf(dataset.id))?.map((each) => each.prompts)
  expect((await library.imports.importPath(folder)).keptPrompts).toEqual(['a'])
  expect(await prompts()).toEqual([['an a.'], ['a b.']])
  await library.imports.importPath(folder, { updatePrompts: true })
  expect(await prompts()).toEqual([['another a.'], ['a b.']])
})

const fixture = (name: string) => new URL(`../../sources/fixtures/${name}`, import.meta.url).pathname

test('a class whose name is written in two ways (NFC and NFD) is one class', async () => {
  const { dataset, added, rejected } = await library.imports.importPath(fixture('nfd-nfc.zip'))
  expect({ added, rejected }).toEqual({ added: 12, rejected: [] })
  expect((await classesOf(dataset.id)).map(({ name }) => name)).toEqual(['café', 'dog'])
})

test('a byte-order mark in dataset.json is no mistake', async () => {
  const { added, rejected } = await library.imports.importPath(fixture('layout-bom-json.zip'))
  expect(added).toBeGreaterThan(0)
  expect(rejected).toEqual([])
})

test('a source without a single good image is one failure, and leaves no dataset', async () => {
  const importing = library.imports.importPath(fixture('lzma.zip'))
  await expect(importing).rejects.toMatchObject({ code: 'NOTHING_IMPORTED' })
  await expect(importing).rejects.toThrow('None of the 6 files could be imported. The first: cat/0.jpg: ')
  expect(await library.store.datasets.findByName('lzma')).toBeNull()

  const { id } = await library.imports.importArchive({
    archive: { name: 'lzma.zip', chunks: createReadStream(fixture('lzma.zip')) },
  })
  expect(await library.imports.ended(id)).toMatchObject({
    status: 'FAILED',
    errorCode: 'NOTHING_IMPORTED',
    datasetId: null,
    files: 6,
    rejectedCount: 6,
  })
  expect(await library.store.datasets.findByName('lzma')).toBeNull()
})

/** What published and exported datasets look like: how many images are added, of which classes, and what is named. */
test.each([
  ['layout-roboflow', 24, ['cat', 'dog'], ['README.dataset.txt', 'README.roboflow.txt']],
  ['layout-nested', 16, ['cat', 'dog'], []],
  ['layout-readme-top', 8, ['rose', 'tulip'], ['README.md']],
  ['layout-hf-metadata', 8, ['cat', 'dog'], []],
  ['layout-odd-ext', 19, ['cat', 'dog', 'fox', 'noext', 'owl'], []],
  [
    'layout-tiny-imagenet',
    6,
    ['n01443537', 'n01629819'],
    [
      ...['test/images/test_0.JPEG', 'test/images/test_1.JPEG', 'test/images/test_2.JPEG'],
      'train/n01443537/n01443537_boxes.txt',
      'train/n01629819/n01629819_boxes.txt',
      ...[
        'val/images/val_0.JPEG',
        'val/images/val_1.JPEG',
        'val/images/val_2.JPEG',
        'val/val_annotations.txt',
      ],
      ...['wnids.txt', 'words.txt'],
    ],
  ],
])('%s.zip: %i images of %j, and every other file is named', async (name, images, classes, named) => {
  const { dataset, added, rejected } = await library.imports.importPath(fixture(`${name}.zip`), { name })
  expect(added).toBe(images)
  expect((await classesOf(dataset.id)).map((each) => each.name)).toEqual(classes)
  expect(rejected.map(({ file }) => file).sort()).toEqual(named)
})

test('the folder valid of an export is the validation split', async () => {
  const dataset = await library.store.datasets.findByName('layout-roboflow')
  expect(await splitsOf(dataset?.id ?? '')).toEqual({ SUPPORT_POOL: 8, VALIDATION: 8, TEST: 8 })
})

test('Tiny ImageNet has the labels of its validation images in val_annotations.txt', async () => {
  const folder = await newFolder('tiny', {
    'train/a/images/1.png': [0, 41],
    'train/b/images/2.png': [1, 41],
    'val/images/3.png': [0, 42],
    'val/images/4.png': [1, 42],
    'val/val_annotations.txt': '3.png\ta\t0\t0\t9\t9\n4.png\tb\t0\t0\t9\t9\n',
  })
  const { dataset, added, rejected } = await library.imports.importPath(folder)
  expect({ added, rejected }).toEqual({ added: 4, rejected: [] })
  expect(await splitsOf(dataset.id)).toEqual({ SUPPORT_POOL: 2, VALIDATION: 2 })
})

test('a link to a folder around it leads in no circle', async () => {
  const folder = await newFolder('circle', { 'a/1.png': [0, 51], 'b/2.png': [1, 51] })
  await symlink(folder, join(folder, 'a/around'))
  expect(await library.imports.importPath(folder)).toMatchObject({ added: 2, rejected: [] })
})
