import { once } from 'node:events'
import express from 'express'
import { afterAll, beforeEach, expect, test } from 'vitest'
import type { AnsweredRequest } from '../../src/http/metrics.js'
import { createLog, logRequests } from '../../src/http/request-log.js'

interface Line {
  readonly msg: string
  readonly requestId?: string
  readonly [key: string]: unknown
}

let lines: Line[] = []
let answered: AnsweredRequest[] = []
beforeEach(() => {
  lines = []
  answered = []
})

const log = createLog('info', { write: (line) => lines.push(JSON.parse(line)) })
const app = express()
app.use(logRequests(log, (request) => answered.push(request)))
app.get('/things/:id', async (_request, response) => {
  await Promise.resolve()
  log.warn('something inside')
  response.json({})
})
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
afterAll(() => server.close())
const address = server.address()
const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`

const ended = () => new Promise((resolve) => setTimeout(resolve, 50))

test('an id that is given is taken over, sent back, and in every line about the request', async () => {
  const headers = { 'x-request-id': 'from-the-proxy:1', authorization: 'Bearer secret' }
  const response = await fetch(`${url}/things/7?query=secret`, { headers })
  await ended()
  expect(response.headers.get('x-request-id')).toBe('from-the-proxy:1')
  expect(lines.map(({ msg, requestId }) => [msg, requestId])).toEqual([
    ['something inside', 'from-the-proxy:1'],
    ['request', 'from-the-proxy:1'],
  ])
  expect(lines[1]).toMatchObject({ method: 'GET', path: '/things/7', status: 200, ip: '127.0.0.1' })
  expect(JSON.stringify(lines)).not.toContain('secret')
  expect(answered).toEqual([{ operation: 'GET /things/:id', outcome: 'ok', seconds: expect.any(Number) }])
})

test.each([undefined, '', 'with space', '"quoted"', 'x'.repeat(129), 'new\tline'])(
  'a request with the id %o gets one of its own',
  async (id) => {
    const response = await fetch(`${url}/nowhere`, {
      headers: id === undefined ? {} : { 'x-request-id': id },
    })
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    await ended()
    expect(answered).toEqual([{ operation: 'GET other', outcome: '404', seconds: expect.any(Number) }])
  },
)
