import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { openS3Objects, type S3Settings } from '../../../src/store/objects/s3-objects.js'
import { atEnd } from '../../helpers/at-end.js'
import { newBucket } from '../../helpers/buckets.js'
import { testObjectStore } from './object-store-suite.js'

const { title, settings } = await newBucket()
const given = (): S3Settings => {
  if (!settings) throw new Error(title)
  return settings
}

testObjectStore(title, () => openS3Objects(given()), { skip: settings === undefined })

describe.skipIf(settings === undefined)(`a bucket that cannot be used is refused: ${title}`, () => {
  test('one that does not exist', async () => {
    const url = given().url.replace('s3://', 's3://no-')
    await expect(openS3Objects({ ...given(), url })).rejects.toMatchObject({
      code: 'OBJECTS_UNAVAILABLE',
      message: expect.stringMatching(
        /^The bucket no-shotboard-.* cannot be used: there is no such bucket\.$/,
      ),
    })
  })

  test.each([
    ['the secret', { secretAccessKey: 'wrong' }],
    ['the key', { accessKeyId: 'nobody' }],
  ])('with %s wrong', async (_, wrong) => {
    await expect(openS3Objects({ ...given(), ...wrong })).rejects.toMatchObject({
      code: 'OBJECTS_UNAVAILABLE',
      message: expect.stringContaining('its server refuses the credentials'),
    })
  })
})

/** A server that answers every request with a status. */
async function serverThatAnswers(
  status: number,
  body = '',
): Promise<{ url: string; requests: () => number }> {
  let requests = 0
  const server = createServer((_, response) => {
    requests++
    response.writeHead(status, { 'content-type': 'application/xml' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(async () => server.close())
  const { port } = server.address() as AddressInfo
  return { url: `s3://bucket?endpoint=http://127.0.0.1:${port}`, requests: () => requests }
}

const keys = { accessKeyId: 'key', secretAccessKey: 'secret' }

test('a server that is not reached is named as such', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  const url = `s3://bucket?endpoint=http://127.0.0.1:${port}`
  await expect(openS3Objects({ ...keys, url })).rejects.toThrow(
    'The bucket bucket cannot be used: its server could not be reached (ECONNREFUSED).',
  )
})

test('credentials without a right are refused, and the answer is named', async () => {
  const { url } = await serverThatAnswers(403, '<Error><Code>AccessDenied</Code></Error>')
  await expect(openS3Objects({ ...keys, url })).rejects.toThrow('the credentials lack a right (AccessDenied)')
})
