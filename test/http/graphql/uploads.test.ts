import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { filesBelow, temporaryFolder } from '../../helpers/folder.js'
import { authorization, makeKeys } from '../../helpers/keys.js'
import { hangUp, headOf, sendRaw } from '../../helpers/raw-request.js'
import { startTestServer } from '../../helpers/server.js'

const keys = makeKeys()
const server = await startTestServer({ SHOTBOARD_API_KEYS: keys.setting, SHOTBOARD_MAX_REQUEST_MB: '1' })

const importing = {
  query: 'mutation ($f: Upload!) { importArchive(input: { archive: $f }) { import { id } } }',
  variables: { f: null },
}
const part = (disposition: string, content: string): string =>
  `--B\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`
const fields = (operations: object, map: object): string =>
  part('name="operations"', JSON.stringify(operations)) + part('name="map"', JSON.stringify(map))
const file = part('name="0"; filename="a.zip"', 'PK\x03\x04')
const whole = `${fields(importing, { 0: ['variables.f'] })}${file}`

/** The head of a multipart request that announces `length` bytes. */
const head = (length: number, { type = 'multipart/form-data; boundary=B', key = keys.write } = {}): string =>
  headOf({
    ...authorization(key),
    'apollo-require-preflight': '1',
    'Content-Type': type,
    'Content-Length': length,
  })

async function expectRefusal(code: string, status: number, ...bytes: string[]) {
  const answer = await sendRaw(server.url, ...bytes)
  expect(answer.status).toBe(status)
  expect(JSON.parse(answer.body)).toMatchObject({ errors: [{ extensions: { code } }] })
  return answer
}

describe('an upload is refused that', () => {
  test.each([
    ['ends before its last boundary', whole],
    ['ends inside a file', whole.slice(0, -4)],
    ['ends inside the head of a part', `${fields(importing, { 0: ['variables.f'] })}--B\r\nContent-Dis`],
    ['has no parts', '--B--\r\n'],
    ['has a file before its map', `${part('name="operations"', JSON.stringify(importing))}${file}--B--\r\n`],
    ['has a map before its operations', `${part('name="map"', '{}')}--B--\r\n`],
    ['has many fields', `${part('name="x"', '1').repeat(1000)}--B--\r\n`],
    ['has a part with many headers', `--B\r\n${'X-A: b\r\n'.repeat(50_000)}`],
    ['has a part with a long name', `${part(`name="${'x'.repeat(100_000)}"`, '1')}--B--\r\n`],
    ['has two operations', `${fields([importing, importing], {})}--B--\r\n`],
  ])('%s', async (_, body) => {
    await expectRefusal('BAD_REQUEST', 400, head(Buffer.byteLength(body)), body)
  })

  test.each([
    ['without a boundary', 'multipart/form-data'],
    ['with an empty boundary', 'multipart/form-data; boundary='],
    ['with another boundary', 'multipart/form-data; boundary=C'],
  ])('comes %s, at once', async (_, type) => {
    await expectRefusal('BAD_REQUEST', 400, head(500_000, { type }), whole)
  })

  test.each([
    ['into depths that are not there', `variables.${'a.'.repeat(10_000)}b`],
    ['to a position that is not there', 'variables.list.4294967294'],
    ['to what is inherited', 'variables.__proto__.f'],
    ['to what is not null', 'variables.list.length'],
    ['to the query', 'query'],
  ])('leads %s', async (_, path) => {
    const operations = { ...importing, variables: { f: null, list: [null] } }
    const body = `${fields(operations, { 0: [path] })}${file}--B--\r\n`
    const answer = await expectRefusal('BAD_REQUEST', 400, head(Buffer.byteLength(body)), body)
    expect(answer.body.length).toBeLessThan(500)
  })

  test('has operations as large as files', async () => {
    const body = `${fields({ ...importing, filling: 'x'.repeat(500_000) }, {})}--B--\r\n`
    await expectRefusal('REQUEST_TOO_LARGE', 413, head(Buffer.byteLength(body)), body)
  })

  test('sends one file to more places than a request has files', async () => {
    const body = `${fields(importing, { 0: Array.from({ length: 1001 }, () => 'variables.f') })}--B--\r\n`
    await expectRefusal('TOO_MANY_FILES', 413, head(Buffer.byteLength(body)), body)
  })

  test('is an archive of a client that may only read, before the archive is received', async () => {
    await expectRefusal('FORBIDDEN', 403, head(5_000_000, { key: keys.read }), whole)
  })
})

test('clients that hang up at any moment leave nothing behind', async () => {
  const before = await server.counts()
  for (const filling of [0, 300_000]) {
    for (const ms of [0, 1, 2, 5, 20]) {
      const bytes = [head(50_000_000), whole, Buffer.alloc(filling, 'x')]
      await Promise.all(Array.from({ length: 8 }, () => hangUp(server.url, ms, ...bytes)))
    }
  }
  const { dataDirectory } = server.settings
  await expect.poll(() => filesBelow(join(dataDirectory, 'uploads'))).toEqual([])
  expect(await server.counts()).toEqual(before)
})

test('files of requests lie in the data folder, and a start removes what a killed process has left of them', async () => {
  const dataDirectory = await temporaryFolder()
  const left = join(dataDirectory, 'uploads/request-killed')
  await mkdir(left, { recursive: true })
  await writeFile(join(left, '0'), 'half a file')
  const restarted = await startTestServer({ SHOTBOARD_DATA_DIR: dataDirectory })
  expect(await filesBelow(join(dataDirectory, 'uploads'))).toEqual([])

  const socket = hangUp(restarted.url, 2000, head(50_000_000), whole)
  await expect.poll(() => filesBelow(join(dataDirectory, 'uploads'))).toHaveLength(1)
  await socket
  await expect.poll(() => filesBelow(join(dataDirectory, 'uploads'))).toEqual([])
})
