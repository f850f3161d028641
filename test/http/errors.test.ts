import type { Request, Response } from 'express'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { errors } from '../../src/errors.js'
import { reportError } from '../../src/http/errors.js'
import type { Settings } from '../../src/settings/settings.js'
import { makeDataset } from '../helpers/datasets.js'
import { startTestServer } from '../helpers/server.js'

const { library, url, ask, send } = await startTestServer()
const dataset = await makeDataset(library, 'Faulty', { SUPPORT_POOL: 1, TEST: 1 })
const [image] = await library.store.datasets.images(dataset.id)

/** What a fault inside says, and no client may read. */
const secret = '/srv/secret/shotboard.db at Object.<anonymous> (/srv/secret/code.js:1:2) password=hunter2'
const fault = () =>
  Promise.reject(Object.assign(new Error(secret), { status: 404, code: 'ENOENT', path: '/srv' }))
library.datasets.getMany = fault
library.imageFiles.read = fault

const told = {
  message: expect.stringContaining('inside Shotboard'),
  extensions: { code: 'INTERNAL_SERVER_ERROR' },
}

describe('a fault inside is not told of:', () => {
  test('to a query', async () => {
    const { errors } = await ask(`{ dataset(id: "${dataset.id}") { name } }`)
    expect(errors).toEqual([expect.objectContaining(told)])
    expect(JSON.stringify(errors)).not.toMatch(/secret|stack|hunter2/)
  })

  test('to a stream', async () => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: `{ dataset(id: "${dataset.id}") { name } }` }),
    })
    const text = await response.text()
    expect(text).toContain('INTERNAL_SERVER_ERROR')
    expect(text).not.toMatch(/secret|stack|hunter2/)
  })

  test('to whoever asks for an image', async () => {
    const response = await fetch(`${url}/images/${image?.imageId}`)
    expect(response.status).toBe(500)
    expect(response.headers.get('content-type')).toContain('application/json')
    expect(await response.json()).toEqual({ errors: [told] })
  })
})

test('a fault of the disk is told as one, which may pass', async () => {
  library.imageFiles.read = () =>
    Promise.reject(
      errors.storageFailed({ doing: 'reading', what: 'an image', reason: 'too many files are open' }),
    )
  const response = await fetch(`${url}/images/${image?.imageId}`)
  library.imageFiles.read = fault
  expect(response.status).toBe(503)
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'STORAGE_FAILED' } }] })
})

test('what the system refuses a parser is neither told of nor the fault of the client', () => {
  const app = { maxRequestMegabytes: 1 } as Settings
  const report = reportError(app, pino({ level: 'silent' }))
  const answered: unknown[] = []
  const response = {
    status: (status: number) => {
      answered.push(status)
      return response
    },
    json: (body: unknown) => answered.push(JSON.stringify(body)),
  } as unknown as Response
  const refused = Object.assign(new Error(secret), { expose: true, status: 400, errno: -24, code: 'EMFILE' })
  report(refused, {} as Request, response, () => {})
  expect(answered).toEqual([500, expect.stringContaining('INTERNAL_SERVER_ERROR')])
  expect(answered[1]).not.toContain('secret')
})

test.each([
  ['an address that leaves the folder', '/images/..%2f..%2fetc%2fpasswd', 404, 'UNKNOWN_IMAGE'],
  ['an address that cannot be decoded', '/images/%E0%A4%A', 400, 'BAD_REQUEST'],
  ['an address of nothing', '/nothing/here', 404, 'NOT_FOUND'],
])('%s is answered without a path or a stack', async (_, path, status, code) => {
  const response = await fetch(`${url}${path}`)
  const text = await response.text()
  expect(response.status).toBe(status)
  expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code } }] })
  expect(text).not.toMatch(/node_modules|\.js|\/src\/|\/dist\//)
})

test('a body that is no JSON is answered without a stack', async () => {
  const { errors, status } = await send({
    headers: { 'content-type': 'application/json' },
    body: '{"query": ',
  })
  expect(status).toBe(400)
  expect(JSON.stringify(errors)).not.toMatch(/node_modules|\.js/)
})
