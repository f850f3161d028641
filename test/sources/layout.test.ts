import { expect, test } from 'vitest'
import { errors } from '../../src/errors.js'
import { layOut } from '../../src/sources/layout.js'
import type { Source } from '../../src/sources/source.js'
import { defaultSplitRule } from '../../src/sources/split-rule.js'

/** A source of empty files, but for what is given of `dataset.json`. */
const sourceOf = (paths: readonly string[], description?: object): Source => ({
  name: 'given',
  files: async () => paths.map((path, at) => ({ path, at })),
  async *readers(files) {
    for (const _ of files) yield async () => Buffer.from(JSON.stringify(description))
  },
  invalid: (reason) => errors.invalidFolder({ path: 'given', reason }),
  close: () => Promise.resolve(),
})

const read = async (paths: readonly string[], description?: object) => {
  const { name, classes, images } = await layOut(sourceOf(paths, description), defaultSplitRule)
  return {
    name,
    classes: classes.map((each) => each.name),
    images: images.map(({ file, className, split }) => [file.path, className, split]),
  }
}

test('split/class/image, in the order of the source; what lies elsewhere is passed over', async () => {
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
    ],
  })
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

test('a folder without any image by its name is no class; where there are images, the rest is told later', async () => {
  expect(await read(['notes/1.txt', 'owl/1.JPEG', 'owl/thumbs.db'])).toMatchObject({
    classes: ['owl'],
    images: [
      ['owl/1.JPEG', 'owl', expect.anything()],
      ['owl/thumbs.db', 'owl', expect.anything()],
    ],
  })
})

test.each([[[]], [['1.png']], [['readme.txt', 'notes/1.txt']], [['a/b/c/d/1.png']]])(
  '%j is no dataset',
  async (paths) => {
    await expect(read(paths)).rejects.toMatchObject({ code: 'INVALID_FOLDER' })
  },
)
