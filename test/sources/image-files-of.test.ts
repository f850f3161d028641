import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readSettings } from '../../src/settings/settings.js'
import { imageFilesOf, type ReadFile } from '../../src/sources/image-files-of.js'
import { zipOf } from '../helpers/archives.js'
import { temporaryFolder } from '../helpers/folder.js'

const limits = readSettings({})

async function all({
  chunks,
}: Awaited<ReturnType<typeof imageFilesOf>>): Promise<readonly (readonly ReadFile[])[]> {
  const found = []
  for await (const chunk of chunks) found.push(chunk)
  return found
}

test('images of files, folders and archives come in order, and other files do not', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'sub'))
  for (const name of ['b.png', 'sub/a.jpg', 'notes.txt', '.hidden.png'])
    await writeFile(join(folder, name), name)
  const archive = join(await temporaryFolder(), 'x.zip')
  await writeFile(archive, zipOf({ 'in/c.png': Buffer.from('c'), 'in/readme.md': Buffer.from('no') }))
  const one = join(folder, 'b.png')
  const files = await imageFilesOf([one, folder, archive], limits)
  expect([files.total, files.others]).toEqual([4, 2])
  const read = (await all(files)).flat()
  expect(read.map(({ file, path, bytes }) => [file, path, String(bytes)])).toEqual([
    [one, one, 'b.png'],
    [one, one, 'b.png'],
    [join(folder, 'sub/a.jpg'), join(folder, 'sub/a.jpg'), 'sub/a.jpg'],
    [join(archive, 'in/c.png'), null, 'c'],
  ])
  await files.close()
})

test('a file that is named is an image whatever its name, unless it is an archive', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'IMG 17')
  await writeFile(path, 'pixels')
  const files = await imageFilesOf([path], limits)
  expect((await all(files)).flat().map(({ file, bytes }) => [file, String(bytes)])).toEqual([
    [path, 'pixels'],
  ])
  const archive = join(folder, 'download')
  await writeFile(archive, zipOf({ 'in/c.png': Buffer.from('c') }))
  const inside = (await all(await imageFilesOf([archive], limits))).flat()
  expect(inside.map(({ file }) => file)).toEqual([join(archive, 'in/c.png')])
})

test('the images of one folder inside are left out, but not those of a folder that is given itself', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'sorted/a'), { recursive: true })
  await mkdir(join(folder, 'sorted too'))
  for (const name of ['a.png', 'sorted/a/a.png', 'sorted too/b.png'])
    await writeFile(join(folder, name), name)
  const namesOf = async (path: string) =>
    (await all(await imageFilesOf([path], limits, join(folder, 'sorted'))))
      .flat()
      .map(({ bytes }) => String(bytes))
  expect(await namesOf(folder)).toEqual(['a.png', 'sorted too/b.png'])
  expect(await namesOf(join(folder, 'sorted'))).toEqual(['sorted/a/a.png'])
  expect(await namesOf(join(folder, 'sorted/a'))).toEqual(['sorted/a/a.png'])
})

test('many images come some at a time', async () => {
  const folder = await temporaryFolder()
  for (let i = 0; i < 150; i++) await writeFile(join(folder, `${i}.png`), 'x')
  const files = await imageFilesOf([folder], limits)
  expect((await all(files)).map((chunk) => chunk.length)).toEqual([64, 64, 22])
})

test('a file that is too large has its own error', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'large.png'), Buffer.alloc(2 * 2 ** 20))
  await writeFile(join(folder, 'small.png'), 'x')
  const files = await imageFilesOf([folder], { ...limits, maxImportedFileMegabytes: 1 })
  const [chunk] = await all(files)
  expect(chunk?.map(({ error }) => error?.code)).toEqual(['FILE_TOO_LARGE', undefined])
})

test.each([
  ['a path that is not there', async () => '/no/such/path'],
  ['a folder without images', () => temporaryFolder()],
])('%s is refused by its name', async (_, make) => {
  const path = await make()
  const opening = imageFilesOf([path], limits)
  await expect(opening).rejects.toMatchObject({
    code: 'INVALID_FOLDER',
    message: expect.stringContaining(path),
  })
})
