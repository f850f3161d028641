import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, realpath, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createSorter } from '../../src/cli/sort-into.js'
import { temporaryFolder } from '../helpers/folder.js'
import { mayMount, mountSmallDisk } from '../helpers/small-disk.js'

const answer = (file: string, label: string, isNoneOfThese = false) => ({
  ...{ file, id: '', error: null, set: null, isNoneOfThese, isInSupportSet: false },
  top: [{ class: label, probability: 1 }],
})

test('names that file systems refuse become folders, one for each class, and none leads elsewhere', async () => {
  const folder = await temporaryFolder()
  const classes = ['a/b', 'a:b', '..', 'A_b', 'none of these', 'plain']
  const sorter = await createSorter(folder, { link: false, classes })
  for (const label of classes) await sorter.add(answer('x.png', label), Buffer.from(label), null)
  await sorter.add(answer('x.png', 'plain', true), Buffer.from('?'), null)
  const folders = (await readdir(folder)).sort()
  expect(folders.length).toBe(classes.length + 1)
  expect(folders).toEqual(expect.arrayContaining(['a_b', 'a_b-2', 'A_b-3', 'none of these', 'plain']))
  expect(await readFile(join(folder, 'none of these', 'x.png'), 'utf8')).toBe('?')
})

test('no file is written over: another image of the same name gets a number, the same image none', async () => {
  const folder = await temporaryFolder()
  const sorter = await createSorter(folder, { link: false, classes: ['a'] })
  for (const text of ['one', 'two', 'one', 'three', 'two']) {
    await sorter.add(answer('in/x.png', 'a'), Buffer.from(text), null)
  }
  expect((await readdir(join(folder, 'a'))).sort()).toEqual(['x-2.png', 'x-3.png', 'x.png'])
  expect(await readFile(join(folder, 'a/x-3.png'), 'utf8')).toBe('three')
})

test('a file is no folder to sort into', async () => {
  const file = join(await temporaryFolder(), 'file')
  await writeFile(file, '')
  await expect(createSorter(file, { link: false, classes: [] })).rejects.toMatchObject({
    code: 'INVALID_FOLDER',
  })
})

const idOf = (text: string) => createHash('sha256').update(text).digest('hex')

test('hundreds of images of one name are all there, and a second run changes nothing', async () => {
  const folder = await temporaryFolder()
  const texts = Array.from({ length: 300 }, (_, i) => `image ${i}`)
  for (let time = 0; time < 2; time++) {
    const sorter = await createSorter(folder, { link: false, classes: ['a'] })
    for (const text of texts) {
      await sorter.add({ ...answer('x.png', 'a'), id: idOf(text) }, Buffer.from(text), null)
    }
    const names = await readdir(join(folder, 'a'))
    expect(names.length).toBe(texts.length)
    expect(names).toContain(`x-${idOf('image 299').slice(0, 8)}.png`)
    const found = await Promise.all(names.map((name) => readFile(join(folder, 'a', name), 'utf8')))
    expect(found.sort()).toEqual([...texts].sort())
  }
})

test('names and classes as long as file systems take them, or longer, are cut', async () => {
  const folder = await temporaryFolder()
  const label = 'ü'.repeat(200)
  const sorter = await createSorter(folder, { link: false, classes: [label, `${label}!`] })
  for (const text of ['one', 'two', 'three']) {
    await sorter.add(answer(`${'漢'.repeat(83)}ab.png`, label), Buffer.from(text), null)
  }
  await sorter.add(answer(`${'y'.repeat(300)}.png`, `${label}!`), Buffer.from('long'), null)
  const folders = await readdir(folder)
  expect(folders.length).toBe(2)
  const counts = await Promise.all(folders.map(async (name) => (await readdir(join(folder, name))).length))
  expect(counts.sort()).toEqual([1, 3])
})

test('a link to a linked image leads to the image', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'in'))
  await writeFile(join(folder, 'real.png'), 'pixels')
  await symlink('../real.png', join(folder, 'in/x.png'))
  const into = join(folder, 'sorted')
  const sorter = await createSorter(into, { link: true, classes: ['a'] })
  await sorter.add(answer('in/x.png', 'a'), Buffer.from('pixels'), join(folder, 'in/x.png'))
  expect(await readFile(join(into, 'a/x.png'), 'utf8')).toBe('pixels')
  expect((await stat(await realpath(join(into, 'a/x.png')))).ino).toBe(
    (await stat(join(folder, 'real.png'))).ino,
  )
})

describe.skipIf(!mayMount)(
  mayMount ? 'a full disk' : 'a full disk (skipped: this user may not mount one)',
  () => {
    test('is told by the image, and leaves no half of it', async () => {
      const disk = join(await temporaryFolder(), 'disk')
      await mountSmallDisk(disk, 128)
      const sorter = await createSorter(join(disk, 'sorted'), { link: false, classes: ['a'] })
      await sorter.add(answer('small.png', 'a'), Buffer.alloc(1000, 1), null)
      await expect(
        sorter.add(answer('in/large.png', 'a'), Buffer.alloc(300_000, 1), null),
      ).rejects.toMatchObject({
        code: 'DISK_FULL',
        message: expect.stringContaining('a copy of in/large.png'),
      })
      expect(await readdir(join(disk, 'sorted/a'))).toEqual(['small.png'])
    })
  },
)
