import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createSorter } from '../../src/cli/sort-into.js'
import { temporaryFolder } from '../helpers/folder.js'

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
