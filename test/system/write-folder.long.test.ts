import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeFolder } from '../../src/system/write-folder.js'
import { temporaryFolder } from '../helpers/folder.js'
import { mayMount, mountSmallDisk } from '../helpers/small-disk.js'

const files = new Map<string, Uint8Array | string>([
  ['labels.json', '[]\n'],
  ['model/1/model.onnx', new Uint8Array(300_000).fill(7)],
  ['README.md', 'what it is'],
])

test('a folder of files is written with its folders, also into an empty one', async () => {
  const parent = await temporaryFolder()
  await mkdir(join(parent, 'empty'))
  for (const name of ['new', 'empty']) {
    await writeFolder(join(parent, name), files, 'an export')
    for (const [path, content] of files) {
      expect(await readFile(join(parent, name, path))).toEqual(Buffer.from(content))
    }
  }
  expect((await readdir(parent)).sort()).toEqual(['empty', 'new'])
})

test('nothing is written over, nor into a file', async () => {
  const parent = await temporaryFolder()
  await mkdir(join(parent, 'full'))
  await writeFile(join(parent, 'full', 'mine'), 'kept')
  await writeFile(join(parent, 'file'), 'kept')
  for (const name of ['full', 'file']) {
    await expect(writeFolder(join(parent, name), files, 'an export')).rejects.toMatchObject({
      code: expect.stringMatching(/^(INVALID_FOLDER|FOLDER_NOT_EMPTY)$/),
    })
  }
  expect(await readdir(join(parent, 'full'))).toEqual(['mine'])
  expect((await readdir(parent)).sort()).toEqual(['file', 'full'])
})

describe.skipIf(!mayMount)(
  mayMount ? 'a full disk' : 'a full disk (skipped: this user may not mount one)',
  () => {
    test('half-way through leaves nothing behind', async () => {
      const folder = await temporaryFolder()
      const disk = join(folder, 'disk')
      await mountSmallDisk(disk, 128)
      await expect(writeFolder(join(disk, 'exported'), files, 'an export')).rejects.toMatchObject({
        code: 'DISK_FULL',
        message: expect.stringContaining('an export'),
      })
      expect(await readdir(disk)).toEqual([])
    })
  },
)
