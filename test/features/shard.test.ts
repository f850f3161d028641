import { mkdir, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openShard } from '../../src/features/shard.js'
import { temporaryFolder } from '../helpers/folder.js'

test.skipIf(process.platform !== 'linux')(
  'a shard whose second file cannot be opened leaves no file open (needs /proc)',
  async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'rows.f32'))
    await expect(openShard(folder, 4)).rejects.toThrow('EISDIR')
    const handles = await readdir('/proc/self/fd')
    const files = await Promise.all(handles.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')))
    expect(files.filter((file) => file.startsWith(folder))).toEqual([])
  },
)
