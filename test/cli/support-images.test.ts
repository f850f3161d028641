import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readSupportImages } from '../../src/cli/support-images.js'
import { temporaryFolder } from '../helpers/folder.js'

const folder = await temporaryFolder()
const listFile = async (text: string): Promise<string> => {
  const file = join(folder, 'support.txt')
  await writeFile(file, text)
  return file
}

test('a list of support images has ids and paths from its own folder', async () => {
  await writeFile(join(folder, 'cat.png'), 'a cat')
  const [cat, id] = [createHash('sha256').update('a cat').digest('hex'), 'f'.repeat(64)]
  const file = await listFile(`# chosen by hand\n${id}\r\n\n  cat.png\n`)
  expect(await readSupportImages(file)).toEqual([id, cat])
})

test('a path that is not there is named with its line', async () => {
  const file = await listFile('\nmissing.png\n')
  await expect(readSupportImages(file)).rejects.toMatchObject({
    code: 'INVALID_VALUE',
    argument: '--support',
    message: expect.stringContaining('line 2'),
  })
  await expect(readSupportImages(join(folder, 'none.txt'))).rejects.toMatchObject({ code: 'INVALID_VALUE' })
})
