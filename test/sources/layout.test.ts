import { expect, test } from 'vitest'
import { errors } from '../../src/errors.js'
import { layOut } from '../../src/sources/layout.js'
import type { Source } from '../../src/sources/source.js'
import { defaultSplitRule } from '../../src/sources/split-rule.js'
import { imagesAt, readLayout } from './read-layout.js'

/** A source of empty files, but for what is given of `dataset.json`. */
const sourceOf = (paths: readonly string[], description?: object): Source => ({
  name: 'given',
  files: async () => paths.map((path, at) => ({ path, at })),
  async *readers(files) {
    for (const _ of files) yield async () => Buffer.from(JSON.stringify(description) ?? '')
  },
  invalid: (reason) => errors.invalidFolder({ path: 'given', reason }),
  close: () => Promise.resolve(),
})

const read = async (paths: readonly string[], description?: object) => {
  const { name, classes, images } = await layOut(sourceOf(paths, description), {
    splitRule: defaultSplitRule,
  })
  return {
    name,
    classes: classes.map((each) => each.name),
    images: images.map(({ file, className, split }) => [file.path, className, split]),
  }
}

/** The files that are not imported, with why. */
const leftOf = async (paths: readonly string[]) =>
  (await layOut(sourceOf(paths), { splitRule: defaultSplitRule })).left.map(({ file, error }) => [
    file.path,
    error.message,
  ])

test('split/class/…/image, in the order of the source; what lies elsewhere is told', async () => {
  expect(
    await read([
      'test/b/1.png',
      'support_pool/a/1.png',
      'validation/a/2',
      'readme.txt',
      'other/a/1.png',
      'test/b/c/1.png',
    ]),
  ).toEqual({
    name: 'given',
    classes: ['a', 'b'],
    images: [
      ['test/b/1.png', 'b', 'TEST'],
      ['support_pool/a/1.png', 'a', 'SUPPORT_POOL'],
      ['validation/a/2', 'a', 'VALIDATION'],
      ['test/b/c/1.png', 'b', 'TEST'],
    ],
  })
  expect(await leftOf(['support_pool/a/1.png', 'readme.txt', 'other/a/1.png', 'test/notes.txt'])).toEqual([
    ['readme.txt', expect.stringContaining('in no folder of a split')],
    ['other/a/1.png', expect.stringContaining('in no folder of a split')],
    ['test/notes.txt', expect.stringContaining('in no folder of a class')],
  ])
})

test('splits have several names, in any case', async () => {
  const paths = ['Training/a/1.png', 'VALID/a/2.png', 'Testing/a/3.png', 'val/a/4.png']
  const { images } = await read(paths)
  expect(images.map(([, , split]) => split)).toEqual(['SUPPORT_POOL', 'VALIDATION', 'TEST', 'VALIDATION'])
})

test('the folder images of a split that has no other is no class', async () => {
  const paths = ['train/a/images/1.png', 'train/b/images/2.png', 'test/images/3.png']
  expect((await read(paths)).classes).toEqual(['a', 'b'])
  expect(await leftOf(paths)).toEqual([['test/images/3.png', expect.stringContaining('it has no label')]])
})

test('what systems add is skipped without a word', async () => {
  const junk = ['a/Thumbs.db', 'desktop.ini', '.ipynb_checkpoints/1.png', '__MACOSX/a/._1.png', 'a/.DS_Store']
  expect(await leftOf(['a/1.png', ...junk])).toEqual([])
})

test('classes may lie deeper, and a README beside the folder of everything is no obstacle', async () => {
  const { name, classes, images } = await read([
    'README.md',
    'Cats/cat/1.png',
    'Cats/cat/persian/2.png',
    'Cats/dog/3.png',
  ])
  expect({ name, classes }).toEqual({ name: 'Cats', classes: ['cat', 'dog'] })
  expect(images.map(([path, className]) => [path, className])).toEqual([
    ['Cats/cat/1.png', 'cat'],
    ['Cats/cat/persian/2.png', 'cat'],
    ['Cats/dog/3.png', 'dog'],
  ])
})

test('a single class is told, since there is nothing to tell apart', async () => {
  const { warnings } = await layOut(sourceOf(['cat/1.jpg', 'cat/2.jpg']), { splitRule: defaultSplitRule })
  expect(warnings).toMatchObject([{ code: 'ONLY_ONE_CLASS' }])
})

test('images without class folders are refused, with what to do', async () => {
  await expect(read(['1.png', '2.png'])).rejects.toThrow(
    'in a folder named after the class, such as cat/1.jpg',
  )
})

test('train and val are names of splits as well', async () => {
  const { images } = await read(['train/a/1.png', 'val/a/2.png', 'test/a/3.png'])
  expect(images.map(([, , split]) => split)).toEqual(['SUPPORT_POOL', 'VALIDATION', 'TEST'])
})

test('one folder around everything gives the dataset its name', async () => {
  expect(await read(['Birds/test/owl/1.png', 'Birds/readme.txt'])).toEqual({
    name: 'Birds',
    classes: ['owl'],
    images: [['Birds/test/owl/1.png', 'owl', 'TEST']],
  })
})

test('dataset.json inside the folder around everything is found, and its name is taken', async () => {
  const description = { dataset: 'Named', classes: [{ name: 'an owl', folder: 'owl' }] }
  const { name, classes } = await read(['Birds/dataset.json', 'Birds/owl/1.png'], description)
  expect({ name, classes }).toEqual({ name: 'Named', classes: ['an owl'] })
})

test('class/image, with and without a folder around it; a class that stands alone is no such folder', async () => {
  expect((await read(['owl/1.png', 'wren/1.png'])).classes).toEqual(['owl', 'wren'])
  expect((await read(['Birds/owl/1.png', 'Birds/wren/1.png'])).classes).toEqual(['owl', 'wren'])
  expect(await read(['owl/1.png', 'owl/2.png'])).toMatchObject({ name: 'given', classes: ['owl'] })
})

test('a class may be called like a split where there are no splits', async () => {
  expect((await read(['train/1.jpg', 'car/1.jpg'])).classes).toEqual(['car', 'train'])
})

test('a folder without any image is no class; where there are images, the rest is told later', async () => {
  expect(await leftOf(['notes/1.txt', 'owl/1.JPEG'])).toEqual([
    ['notes/1.txt', expect.stringContaining('its folder notes has no images')],
  ])
  expect(await read(['notes/1.txt', 'owl/1.JPEG', 'owl/labels.xml'])).toMatchObject({
    classes: ['owl'],
    images: [
      ['owl/1.JPEG', 'owl', expect.anything()],
      ['owl/labels.xml', 'owl', expect.anything()],
    ],
  })
})

test.each([[[]], [['1.png']], [['readme.txt', 'notes/1.txt']]])('%j is no dataset', async (paths) => {
  await expect(read(paths)).rejects.toMatchObject({ code: 'INVALID_FOLDER' })
})

test('folders that are in several class folders are a warning, unless it is said which folder names the class', async () => {
  const paths = ['Art/chair/1.jpg', 'Art/table/1.jpg', 'Photo/chair/1.jpg', 'Photo/table/1.jpg']
  const warningsOf = async (files: readonly string[], classFrom?: 'TOP' | 'PARENT') =>
    (
      await layOut(sourceOf(files), { splitRule: defaultSplitRule, ...(classFrom && { classFrom }) })
    ).warnings.map(({ code }) => code)
  expect(await warningsOf(paths)).toEqual(['FOLDERS_IN_SEVERAL_CLASSES'])
  expect(await warningsOf(paths.map((path) => `train/${path}`))).toEqual(['FOLDERS_IN_SEVERAL_CLASSES'])
  expect(await warningsOf(paths, 'PARENT')).toEqual([])
  expect(await warningsOf(paths, 'TOP')).toEqual([])
})

test('other work runs while very many files are laid out', async () => {
  const names = Array.from({ length: 20_000 }, (_, i) => i)
  let turns = 0
  let goesOn = true
  const count = () => {
    turns++
    if (goesOn) setImmediate(count)
  }
  setImmediate(count)
  const { classes } = await readLayout({
    ...imagesAt(...names.map((i) => `images/${i}.jpg`)),
    'labels.csv': `file,label\n${names.map((i) => `${i}.jpg,class ${i}`).join('\n')}`,
  })
  goesOn = false
  expect(classes).toHaveLength(20_000)
  expect(turns).toBeGreaterThan(10)
})
