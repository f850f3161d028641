import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
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

test('a link to an empty folder stays a link', async () => {
  const parent = await temporaryFolder()
  await mkdir(join(parent, 'real'))
  await symlink('real', join(parent, 'link'))
  await writeFolder(join(parent, 'link'), files, 'an export')
  expect((await lstat(join(parent, 'link'))).isSymbolicLink()).toBe(true)
  expect((await readdir(join(parent, 'real'))).sort()).toEqual(['README.md', 'labels.json', 'model'])
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
    test('a disk of its own is a folder to write into', async () => {
      const disk = join(await temporaryFolder(), 'disk')
      await mountSmallDisk(disk, 1024)
      await writeFolder(disk, files, 'an export')
      expect((await readdir(disk)).sort()).toEqual(['README.md', 'labels.json', 'model'])
    })

    test('a full one is left as empty as it was', async () => {
      const disk = join(await temporaryFolder(), 'disk')
      await mountSmallDisk(disk, 128)
      await expect(writeFolder(disk, files, 'an export')).rejects.toMatchObject({ code: 'DISK_FULL' })
      expect(await readdir(disk)).toEqual([])
    })

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
