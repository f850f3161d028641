import { expect, test } from 'vitest'
import { openBucketReader } from '../../../src/store/objects/bucket-reader.js'
import { startSmallS3 } from '../../helpers/small-s3.js'

const s3 = await startSmallS3()
const keys = Array.from({ length: 8 }, (_, i) => `in/${i}.png`)
s3.buckets.set('photos', new Map([...keys, 'in/folder/', 'other.png'].map((key) => [key, Buffer.from(key)])))
const open = (url: string, credentials = s3.credentials) => openBucketReader(url, credentials)
const below = `s3://photos/in/?endpoint=${encodeURIComponent(s3.url)}`

async function listed(url: string, after?: string): Promise<string[]> {
  const found = []
  for await (const { key } of (await open(url)).list(after)) found.push(key)
  return found
}

test('objects are listed a page at a time, in order, without folders', async () => {
  expect(await listed(below)).toEqual(keys)
  expect(await listed(below, 'in/4.png')).toEqual(keys.slice(5))
  const before = s3.asked.length
  const { value } = await (await open(below)).list().next()
  expect(value).toEqual({ key: 'in/0.png', bytes: 8 })
  expect(s3.asked.length - before).toBeLessThan(5)
})

test('an object that is gone is undefined', async () => {
  const reader = await open(below)
  expect((await reader.read('in/1.png'))?.toString()).toBe('in/1.png')
  expect(await reader.read('in/none.png')).toBeUndefined()
})

test.each([
  ['a wrong key', () => open(below, { ...s3.credentials, accessKeyId: 'other' }), 'refuses the credentials'],
  ['another bucket', () => open(below.replace('photos', 'none')), 'there is no such bucket'],
  [
    'a server that is away',
    () => open('s3://photos/in/?endpoint=http://127.0.0.1:1'),
    'could not be reached',
  ],
])('%s is said', async (_, opening, reason) => {
  const reader = await opening()
  await expect(reader.list().next()).rejects.toMatchObject({
    ...{ code: 'BUCKET_UNREADABLE', message: expect.stringContaining(reason) },
  })
})

test('missing credentials and an address that is none are said', async () => {
  await expect(openBucketReader(below, {})).rejects.toMatchObject({
    ...{ code: 'BUCKET_UNREADABLE', message: expect.stringContaining('AWS_ACCESS_KEY_ID') },
  })
  for (const url of ['photos', 'http://photos', 's3:///in', 's3://photos?endpoint=photos'])
    await expect(open(url)).rejects.toMatchObject({ code: 'INVALID_VALUE', argument: 'bucket' })
})
