import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { filesBelow, temporaryFolder } from '../../helpers/folder.js'
import { openTestLibrary } from '../../helpers/library.js'
import { picture } from '../../helpers/pictures.js'

const data = await temporaryFolder()
const library = await openTestLibrary(data)

/** Writes files into a new folder of that name. Each is an image, given by class and variant, or a text. */
async function newFolder(name: string, files: Readonly<Record<string, [number, number] | string>>) {
  const folder = join(await temporaryFolder(), name)
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), typeof content === 'string' ? content : await picture(...content))
  }
  return folder
}

const images = async () => (await filesBelow(data)).filter((file) => file.includes('images'))

describe('the same image under two classes', () => {
  test('is a label conflict, whose file is named, and every file is counted once', async () => {
    const folder = await newFolder('conflicts', {
      'train/owl/1.png': [0, 1],
      'train/owl/same.png': [0, 2],
      'train/owl/twice.png': [0, 2],
      'train/wren/broken.png': 'no image',
      'train/wren/conflict.png': [0, 2],
      'train/wren/1.png': [1, 1],
    })
    const result = await library.imports.importPath(folder)
    expect(result).toMatchObject({ added: 3, duplicates: 1 })
    expect(result.rejected).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ file: 'train/wren/broken.png', code: 'INVALID_IMAGE' }),
        {
          file: 'train/wren/conflict.png',
          code: 'LABEL_CONFLICT',
          reason: expect.stringContaining('as class "owl", so it is not added as class "wren"'),
        },
      ]),
    )
    expect(result.rejected).toHaveLength(2)
  })

  test('is one in an archive too, also if the image came with an earlier step', async () => {
    const { store } = library
    const dataset = await library.datasets.create({ name: 'Steps', classes: [{ name: 'a' }, { name: 'b' }] })
    const { id } = await store.imports.create({
      ...{ name: null, archive: 'a.zip', file: 'a', updatePrompts: false, datasetId: dataset.id },
      splitRule: { supportPool: 1, validation: 0, test: 0, seed: 1 },
    })
    await store.imports.start(id, 3)
    const image = (file: string, classIndex: number) => ({
      ...{ imageId: 'step image', classIndex, split: 'TEST' as const, file },
      ...{ width: 1, height: 1, format: 'png', bytes: 1 },
    })
    await store.imports.step(id, { images: [image('a/1.png', 0)], rejected: [] }, 0)
    await store.imports.step(id, { images: [image('b/1.png', 1), image('a/2.png', 0)], rejected: [] }, 1)
    expect(await store.imports.get(id)).toMatchObject({
      ...{ position: 3, added: 1, duplicates: 1, rejectedCount: 1 },
      rejected: [{ file: 'b/1.png', code: 'LABEL_CONFLICT' }],
    })
    await store.imports.end(id, { status: 'SUCCEEDED' })
  })
})

describe('a dry run', () => {
  const files: Readonly<Record<string, [number, number] | string>> = {
    'train/owl/1.png': [0, 11],
    'train/owl/2.png': [0, 12],
    'train/owl/again.png': [0, 11],
    'train/wren/1.png': [1, 11],
    'train/wren/conflict.png': [0, 12],
    'test/owl/broken.png': 'no image',
    'test/wren/2.png': [1, 12],
    'test/readme.txt': 'no image',
  }

  test('says what an import then does, and stores nothing', async () => {
    const folder = await newFolder('planned', files)
    const before = await images()
    const progress: [number, number][] = []
    const plan = await library.imports.planPath(folder, {
      onProgress: (done, total) => void progress.push([done, total]),
    })
    expect(plan).toMatchObject({
      name: 'planned',
      dataset: null,
      classes: [
        { name: 'owl', images: { SUPPORT_POOL: 2, VALIDATION: 0, TEST: 0 } },
        { name: 'wren', images: { SUPPORT_POOL: 1, VALIDATION: 0, TEST: 1 } },
      ],
    })
    expect(progress.at(-1)).toEqual([8, 8])
    expect(await library.datasets.findByName('planned')).toBeNull()
    expect(await images()).toEqual(before)

    const { dataset, added, duplicates, rejected } = await library.imports.importPath(folder)
    expect(plan).toMatchObject({ added, duplicates })
    expect(plan.rejected).toHaveLength(3)
    expect(plan.rejected).toEqual(expect.arrayContaining([...rejected]))

    // The same folder with one more image, on the dataset that there is now.
    await cp(join(folder, 'test/wren/2.png'), join(folder, 'test/wren/copy.png'))
    await writeFile(join(folder, 'test/wren/3.png'), await picture(1, 13))
    await writeFile(join(folder, 'dataset.json'), JSON.stringify({ dataset: 'planned' }))
    const again = await library.imports.planPath(folder, { updatePrompts: true })
    expect(again).toMatchObject({ dataset: dataset.id, added: 1, duplicates: 6 })
    expect(again.classes[1]?.images.TEST).toBe(1)
  })

  test('fails as the import would', async () => {
    const folder = await newFolder('nothing', { 'train/owl/1.png': 'no image' })
    await expect(library.imports.planPath(folder)).rejects.toMatchObject({ code: 'NOTHING_IMPORTED' })
    await rm(folder, { recursive: true })
    await expect(library.imports.planPath(folder)).rejects.toMatchObject({ code: 'INVALID_FOLDER' })
  })
})

describe('images are added to a class', () => {
  test('from a folder, an archive or a single file, and what is not added is named', async () => {
    const dataset = await library.datasets.create({
      name: 'Added to',
      classes: [{ name: 'owl' }, { name: 'wren' }],
    })
    const folder = await newFolder('more', {
      '1.png': [0, 21],
      'deeper/2.png': [0, 22],
      'deeper/again.png': [0, 22],
      'broken.png': 'no image',
      'notes.txt': 'no image',
    })
    const to = { dataset: dataset.id, class: 'wren', split: 'TEST' } as const
    const result = await library.imports.addPath(folder, to)
    expect(result).toMatchObject({ added: 2, duplicates: 1 })
    expect(result.rejected.map(({ file, code }) => [file, code]).toSorted()).toEqual([
      ['broken.png', 'INVALID_IMAGE'],
      ['notes.txt', 'FILE_NOT_IMPORTED'],
    ])
    expect(await library.datasets.images(dataset.id)).toMatchObject([
      { classIndex: 1, split: 'TEST' },
      { classIndex: 1, split: 'TEST' },
    ])
    const single = await library.imports.addPath(join(folder, '1.png'), { ...to, class: 'owl' })
    expect(single).toMatchObject({
      added: 0,
      duplicates: 0,
      rejected: [{ code: 'LABEL_CONFLICT', file: '1.png' }],
    })
  })

  test('and to no other class or dataset', async () => {
    const folder = await newFolder('nowhere', { '1.png': [0, 31] })
    const to = { dataset: 'none', class: 'x', split: 'TEST' } as const
    await expect(library.imports.addPath(folder, to)).rejects.toMatchObject({ code: 'UNKNOWN_DATASET' })
    const { id } = await library.datasets.create({ name: 'Nowhere', classes: [{ name: 'owl' }] })
    await expect(library.imports.addPath(folder, { ...to, dataset: id })).rejects.toMatchObject({
      code: 'UNKNOWN_CLASS',
    })
    const empty = await newFolder('empty', { 'notes.txt': 'x' })
    await expect(library.imports.addPath(empty, { ...to, dataset: id, class: 'owl' })).rejects.toMatchObject({
      code: 'INVALID_FOLDER',
    })
  })
})
