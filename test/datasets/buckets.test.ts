import { expect, test } from 'vitest'
import { bucketFilesOf } from '../../src/datasets/bucket-files.js'
import { openBucketSource } from '../../src/datasets/importing/bucket-source.js'
import { temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { classNames, picture } from '../helpers/pictures.js'
import { startSmallS3 } from '../helpers/small-s3.js'

const s3 = await startSmallS3()
const limits = { maxImportedFileMegabytes: 1 }
const addressOf = (path: string) => `s3://${path}?endpoint=${encodeURIComponent(s3.url)}`

test('the images of a bucket are read in order, others are counted, and each that cannot be read has its reason', async () => {
  const names = Array.from({ length: 130 }, (_, i) => `in/${String(i).padStart(3, '0')}.png`)
  const objects = new Map(names.map((name) => [name, Buffer.from(name)]))
  objects.set('in/large.png', Buffer.alloc(2 ** 20 + 1)).set('in/notes.txt', Buffer.from('x'))
  s3.buckets.set('many', objects)
  const files = await bucketFilesOf(addressOf('many/in/'), s3.credentials, limits)
  const found = []
  for await (const chunk of files.chunks) {
    expect(chunk.length).toBeLessThanOrEqual(64)
    found.push(...chunk)
  }
  expect(found.map(({ file }) => file)).toEqual([...names, 'in/large.png'].map((name) => `s3://many/${name}`))
  expect(found.slice(0, -1).map(({ bytes }) => bytes.toString())).toEqual(names)
  expect(found.at(-1)).toMatchObject({ path: null, error: { code: 'FILE_TOO_LARGE' } })
  await expect.poll(() => [files.total, files.others]).toEqual([131, 1])
  await files.close()
})

test('a bucket without images is refused', async () => {
  s3.buckets.set('texts', new Map([['a.txt', Buffer.from('x')]]))
  const { chunks } = await bucketFilesOf(addressOf('texts'), s3.credentials, limits)
  await expect(chunks[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'BUCKET_UNREADABLE' })
  s3.buckets.set('nothing', new Map())
  await expect(bucketFilesOf(addressOf('nothing'), s3.credentials, limits)).rejects.toMatchObject({
    code: 'BUCKET_EMPTY',
  })
})

test('a bucket is a source as a folder is, below the last slash of the prefix', async () => {
  s3.buckets.set(
    'source',
    new Map(['x/b/1.png', 'x/b/2.png', 'x/.hidden', 'y/1.png'].map((key) => [key, Buffer.from(key)])),
  )
  const source = await openBucketSource(addressOf('source/x/b'), s3.credentials, limits)
  expect(source.name).toBe('x')
  const files = await source.files()
  expect(files.map(({ path }) => path)).toEqual(['b/1.png', 'b/2.png'])
  const read = []
  for await (const reader of source.readers(files)) read.push((await reader()).toString())
  expect(read).toEqual(['x/b/1.png', 'x/b/2.png'])
})

test('a dataset is imported from a bucket', async () => {
  const objects = new Map<string, Buffer>()
  for (const [c, name] of classNames.entries())
    for (let i = 0; i < 6; i++) objects.set(`birds/${name}/${i}.png`, await picture(c, 100 + i))
  objects.set(`birds/${classNames[0]}/broken.png`, Buffer.from('no image'))
  s3.buckets.set('data', objects)
  const library = await openTestLibrary(await temporaryFolder(), {
    AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
  })
  const { dataset, added, rejected } = await library.imports.importPath(addressOf('data/birds/'))
  expect([dataset?.name, added]).toEqual(['birds', 6 * classNames.length])
  expect(rejected).toMatchObject([{ file: `${classNames[0]}/broken.png`, code: 'INVALID_IMAGE' }])
  await library.close()
})
