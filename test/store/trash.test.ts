import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTrash } from '../../src/store/trash.js'
import { filesBelow, temporaryFolder } from '../helpers/folder.js'

test('what was discarded stays for some days, and goes then; other things in the folder stay', async () => {
  const folder = await temporaryFolder()
  const directory = join(folder, 'trash')
  const old = join(directory, '2020-01-01T00-00-00.000Z-0123abcd/images')
  await mkdir(old, { recursive: true })
  await writeFile(join(old, 'old'), '')
  await mkdir(join(directory, '2020'))
  await writeFile(join(folder, 'file'), 'discarded')

  const trash = createTrash(folder)
  await trash.discard('runs', ['file', 'gone'])
  await trash.empty(7)
  expect(await readdir(folder)).toEqual(['trash'])
  expect((await readdir(directory)).length).toBe(2)
  expect((await filesBelow(directory)).map((file) => file.split('/').slice(-2))).toEqual([['runs', 'file']])
  await trash.empty(-1)
  expect(await readdir(directory)).toEqual(['2020'])
})
