import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { chunksOf, tarOf, zipOf } from '../../helpers/archives.js'
import { temporaryFolder } from '../../helpers/folder.js'
import { openTestLibrary } from '../../helpers/library.js'
import { picture } from '../../helpers/pictures.js'

const library = await openTestLibrary(await temporaryFolder())

/** Writes files into a new folder of that name. Each is an image, given by class and variant, or its content. */
async function newFolder(name: string, files: Readonly<Record<string, [number, number] | string | Buffer>>) {
  const folder = join(await temporaryFolder(), name)
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), Array.isArray(content) ? await picture(...content) : content)
  }
  return folder
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

/** A tar whose samples are an image and the number of its class. */
async function shard(first: number, labels: readonly number[]): Promise<Buffer> {
  const files: Record<string, Buffer> = {}
  for (const [i, label] of labels.entries()) {
    files[`${first + i}.png`] = await picture(label, first + i)
    files[`${first + i}.cls`] = Buffer.from(String(label))
  }
  return gunzipSync(await tarOf(files))
}

describe('shards', () => {
  test('of a folder are read with their labels and splits', async () => {
    const folder = await newFolder('shards', {
      'classnames.txt': 'cat\ndog\n',
      'train/0.tar': await shard(100, [0, 1, 1]),
      'train/1.tar': await shard(200, [0, 0]),
      'test/0.tar': await shard(300, [1]),
    })
    const { dataset, added, rejected } = await library.imports.importPath(folder)
    expect({ added, rejected }).toEqual({ added: 6, rejected: [] })
    expect(await countsOf(dataset.id)).toEqual({
      'cat SUPPORT_POOL': 3,
      'dog SUPPORT_POOL': 2,
      'dog TEST': 1,
    })
  })

  test('cut short are an error that names them, and nothing is imported', async () => {
    const whole = await shard(400, [0, 1, 0, 1])
    for (const bytes of [whole.length - 1024 - 300, 700]) {
      const folder = await newFolder('cut shards', {
        'train/0.tar': await shard(500, [0, 1]),
        'train/1.tar': whole.subarray(0, bytes),
      })
      const importing = library.imports.importPath(folder)
      await expect(importing).rejects.toMatchObject({ code: 'INVALID_ARCHIVE' })
      await expect(importing).rejects.toThrow('1.tar cannot be imported')
      expect(await library.store.datasets.findByName('cut shards')).toBeNull()
    }
  })

  test('an archive of each class is a folder of the class', async () => {
    const archive = async (label: number, first: number) =>
      tarOf({ 'a.png': await picture(label, first), 'b.png': await picture(label, first + 1) })
    const folder = await newFolder('class archives', {
      'n01440764.tar.gz': await archive(0, 600),
      'n01443537.tgz': await archive(1, 610),
    })
    const { dataset, added } = await library.imports.importPath(folder)
    expect(added).toBe(4)
    expect(Object.keys(await countsOf(dataset.id)).map((place) => place.split(' ')[0])).toEqual(
      expect.arrayContaining(['n01440764', 'n01443537']),
    )
  })
})

describe('a file of labels on the disk', () => {
  const images: Readonly<Record<string, [number, number]>> = {
    'photos/1.png': [0, 701],
    'photos/2.png': [1, 702],
    'photos/3.png': [1, 703],
  }
  const table = 'file,label,split\n1.png,cat,train\n2.png,dog,train\n3.png,dog,test\n'

  test('is chosen by its path, inside the folder and outside', async () => {
    const folder = await newFolder('chosen', { ...images, 'tables/a.csv': table })
    const outside = join(await newFolder('elsewhere', { 'b.csv': table }), 'b.csv')
    for (const [name, file] of [
      ['inside', join(folder, 'tables/a.csv')],
      ['as a path of the folder', 'tables/a.csv'],
      ['outside', outside],
    ] as const) {
      const { dataset, added } = await library.imports.importPath(folder, { name, labels: { file } })
      expect(added).toBe(3)
      expect(await countsOf(dataset.id)).toEqual({
        'cat SUPPORT_POOL': 1,
        'dog SUPPORT_POOL': 1,
        'dog TEST': 1,
      })
    }
  })

  test('that is not there, or a wrong column, is refused before anything is stored', async () => {
    const folder = await newFolder('refused', { ...images, 'a.csv': table })
    for (const labels of [{ file: 'b.csv' }, { file: 'a.csv', labelColumn: 'class' }]) {
      const importing = library.imports.importPath(folder, { labels })
      await expect(importing).rejects.toMatchObject({ code: 'INVALID_LABELS' })
    }
    await expect(library.imports.importPath(folder, { labels: { pathColumn: ' ' } })).rejects.toMatchObject({
      code: 'INVALID_VALUE',
      argument: 'labels.pathColumn',
    })
    expect(await library.store.datasets.findByName('refused')).toBeNull()
  })

  test('whose classes differ by case is warned of, in a plan too', async () => {
    const folder = await newFolder('cased', {
      ...images,
      'labels.csv': 'file,label\n1.png,Dog\n2.png,dog\n3.png,dog\n',
    })
    const warnings = expect.arrayContaining([
      { code: 'SIMILAR_CLASS_NAMES', text: expect.stringContaining('"Dog", "dog"') },
    ])
    expect((await library.imports.planPath(folder)).warnings).toEqual(warnings)
    expect((await library.imports.importPath(folder)).warnings).toEqual(warnings)
  })
})

test('an archive takes the same options, which outlive a restart', async () => {
  const archive = zipOf({
    'x/pets/cat/1.png': await picture(0, 801),
    'x/pets/dog/2.png': await picture(1, 802),
    'x/list.csv': Buffer.from('where,what\n1.png,lion\n2.png,wolf\n'),
  })
  const imported = async (name: string, options: object) => {
    const { id } = await library.imports.importArchive({
      archive: { name: 'a.zip', chunks: chunksOf(archive) },
      name,
      ...options,
    })
    return library.imports.ended(id)
  }
  const parents = await imported('parents', { classFrom: 'PARENT' })
  expect(parents.layout).toEqual({ classFrom: 'PARENT' })
  expect((await library.store.datasets.classes(parents.datasetId ?? '')).map(({ name }) => name)).toEqual([
    'cat',
    'dog',
  ])
  const labels = { file: 'list.csv', pathColumn: 'where', labelColumn: 'what' }
  const labelled = await imported('labelled', { labels })
  expect(labelled).toMatchObject({ added: 2, rejectedCount: 0, layout: { labels } })
  const wrong = await imported('wrong', { labels: { ...labels, labelColumn: 'nothing' } })
  expect(wrong).toMatchObject({ status: 'FAILED', errorCode: 'INVALID_LABELS', added: 0, datasetId: null })
})

test('a class of which no file can be read is named with why', async () => {
  const folder = await newFolder('unreadable', {
    'cat/1.png': [0, 901],
    'dog/1.heic': 'no image',
    'dog/2.heic': 'no image',
  })
  const { warnings: planned } = await library.imports.planPath(folder)
  const { added, rejected, warnings } = await library.imports.importPath(folder)
  expect(added).toBe(1)
  expect(rejected.map(({ file, code }) => [file, code])).toEqual([
    ['dog/1.heic', 'INVALID_IMAGE'],
    ['dog/2.heic', 'INVALID_IMAGE'],
  ])
  expect(warnings).toEqual([
    { code: 'CLASS_UNREADABLE', text: expect.stringContaining('None of the 2 files of class "dog"') },
    { code: 'CLASS_OF_ONE_IMAGE', text: 'Class "cat" has one image.' },
    { code: 'CLASS_WITHOUT_IMAGES', text: 'Class "dog" has no image.' },
  ])
  expect(planned).toEqual(warnings)
})
