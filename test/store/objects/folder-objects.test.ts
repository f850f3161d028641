import { randomUUID } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createFolderObjects } from '../../../src/store/objects/folder-objects.js'
import { temporaryFolder } from '../../helpers/folder.js'
import { testObjectStore } from './object-store-suite.js'

testObjectStore('folder', async () => createFolderObjects(await temporaryFolder()))

test('an object is the file that its key names', async () => {
  const folder = await temporaryFolder()
  const objects = createFolderObjects(folder)
  await objects.put('runs/a/b', Buffer.from('content'))
  expect(await readFile(join(folder, 'runs/a/b'), 'utf8')).toBe('content')
  expect(objects.pathOf?.('runs/a/b')).toBe(join(folder, 'runs/a/b'))
})

test('files that a killed process was writing are not listed', async () => {
  const folder = await temporaryFolder()
  const objects = createFolderObjects(folder)
  await mkdir(join(folder, 'runs'))
  await writeFile(join(folder, `runs/a.${randomUUID()}.partial`), 'half')
  for await (const { key } of objects.list('runs/')) throw new Error(key)
})
