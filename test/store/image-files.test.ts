import { execFileSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { createImageFiles, type ImageFiles, imageIdOf } from '../../src/store/image-files.js'
import { createTrash } from '../../src/store/trash.js'
import { filesBelow, temporaryFolder } from '../helpers/folder.js'

const bytes = Buffer.from('the bytes of an image')
const id = createHash('sha256').update(bytes).digest('hex')

async function open() {
  const dataDirectory = await temporaryFolder()
  const folder = join(dataDirectory, 'images')
  const files = createImageFiles(dataDirectory)
  return {
    folder,
    files: { ...files, write: (image: Buffer) => write(files, image) },
    path: pathOf(folder, id),
  }
}

const pathOf = (folder: string, image: string) => join(folder, image.slice(0, 2), image)

/** Stores an image in a batch of its own and returns its id. */
async function write(files: ImageFiles, image: Buffer): Promise<string> {
  const batch = files.begin()
  try {
    const imageId = imageIdOf(image)
    await batch.hold(imageId)
    await batch.write(imageId, image)
    await batch.save()
    return imageId
  } finally {
    await batch.release()
  }
}

test('an image is a file named after its SHA-256', async () => {
  const { folder, files, path } = await open()
  expect(imageIdOf(bytes)).toBe(id)
  expect(await files.write(bytes)).toBe(id)
  expect(await readFile(path)).toEqual(bytes)
  expect(await files.read(id)).toEqual(bytes)
  expect(await filesBelow(folder)).toEqual([path])
})

test('storing an image again leaves its file alone', async () => {
  const { files, path } = await open()
  await files.write(bytes)
  const before = await stat(path)
  await files.write(bytes)
  const after = await stat(path)
  expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs])
})

test('storing one image many times at once leaves one whole file', async () => {
  const { folder, files, path } = await open()
  const large = Buffer.alloc(2 ** 18, 7)
  const written = await Promise.all(Array.from({ length: 4 }, () => files.write(large)))
  expect(new Set(written).size).toBe(1)
  expect(await files.read(imageIdOf(large))).toEqual(large)
  await files.write(bytes)
  expect((await filesBelow(folder)).sort()).toEqual(
    [path, join(folder, imageIdOf(large).slice(0, 2), imageIdOf(large))].sort(),
  )
})

test('what a kill left half written is no image, and stands in nobody’s way', async () => {
  const { files, path } = await open()
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(`${path}.4b21.partial`, bytes.subarray(0, 5))
  await expect(files.read(id)).rejects.toMatchObject({ code: 'UNKNOWN_IMAGE' })
  await files.write(bytes)
  expect(await files.read(id)).toEqual(bytes)
})

test('a write that fails leaves nothing behind', async () => {
  const { folder, files } = await open()
  await mkdir(folder)
  // A file where the folder would have to be; no permission stops a superuser.
  await writeFile(join(folder, id.slice(0, 2)), '')
  await chmod(folder, 0o755)
  await expect(files.write(bytes)).rejects.toThrow()
  expect(await filesBelow(folder)).toEqual([join(folder, id.slice(0, 2))])
})

test('an id that no image has is unknown, and no path', async () => {
  const { folder, files } = await open()
  await mkdir(join(folder, '..'), { recursive: true })
  await writeFile(join(folder, '..', 'secret'), 'secret')
  for (const wrong of ['', id, '../secret', `${id}/../../secret`, id.toUpperCase(), 'a\0b']) {
    await expect(files.read(wrong)).rejects.toMatchObject({ code: 'UNKNOWN_IMAGE' })
  }
})

test.each([
  ['a folder', (path: string) => mkdir(path, { recursive: true })],
  ['a device without end', (path: string) => symlink('/dev/zero', path)],
  ['a link to itself', (path: string) => symlink(path, path)],
  ['a pipe that nobody writes to', async (path: string) => void execFileSync('mkfifo', [path])],
])('%s in place of an image is told as such, at once', async (_, replace) => {
  const { files, path } = await open()
  await expect(files.read(id)).rejects.toMatchObject({ code: 'UNKNOWN_IMAGE' })
  await mkdir(dirname(path), { recursive: true })
  await replace(path)
  await expect(files.read(id)).rejects.toMatchObject({ code: 'IMAGE_CHANGED' })
})

test('a file that was replaced by another image is noticed, and storing the image again mends it', async () => {
  const { files, path } = await open()
  await files.write(bytes)
  await writeFile(path, 'the bytes of another image')
  await expect(files.read(id)).rejects.toMatchObject({ code: 'IMAGE_CHANGED' })
  await expect(files.read(id)).rejects.toThrow(id)
  await files.write(bytes)
  expect(await files.read(id)).toEqual(bytes)
})

test('a sweep removes partial files, moves unknown images to the trash, and leaves what it does not know', async () => {
  const { folder, files, path } = await open()
  const trash = join(folder, '../trash')
  const known = await files.write(Buffer.from('known'))
  await files.write(bytes)
  await writeFile(`${path}.${randomUUID()}.partial`, 'half an image')
  await writeFile(join(folder, id.slice(0, 2), 'notes.txt'), 'of the user')
  await files.sweep(async () => new Set([known]), createTrash(dirname(trash)))
  expect((await filesBelow(folder)).map((file) => basename(file)).sort()).toEqual([known, 'notes.txt'].sort())
  const [discarded, ...others] = await filesBelow(trash)
  expect(others).toEqual([])
  expect(await readFile(discarded ?? '')).toEqual(bytes)
})
