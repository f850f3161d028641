import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { isAllowedOrigin, isSameOrigin } from '../../../src/http/access/origins.js'
import { authorization, makeKeys } from '../../helpers/keys.js'
import { startTestServer } from '../../helpers/server.js'

const keys = makeKeys()
const closed = await startTestServer()
const open = await startTestServer({
  SHOTBOARD_CORS_ORIGINS: 'https://board.example,http://localhost:5173',
  SHOTBOARD_API_KEYS: keys.setting,
})

const preflight = (url: string, origin: string) =>
  fetch(`${url}/graphql`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  })

test('no other origin is let in unless it is set', async () => {
  const response = await preflight(closed.url, 'https://board.example')
  expect(response.headers.get('access-control-allow-origin')).toBeNull()
  const answer = await closed.send({
    headers: { origin: 'https://board.example', 'content-type': 'application/json' },
    body: '{"query":"{ __typename }"}',
  })
  expect(answer.headers.get('access-control-allow-origin')).toBeNull()
})

describe('origins that are set', () => {
  test('may ask whether they may, without a key', async () => {
    const response = await preflight(open.url, 'https://board.example')
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('https://board.example')
    expect(response.headers.get('access-control-allow-headers')).toContain('authorization')
    expect(response.headers.get('access-control-allow-credentials')).toBeNull()
  })

  test('may read answers, with a key', async () => {
    const { headers, status } = await open.send({
      headers: {
        origin: 'http://localhost:5173',
        'content-type': 'application/json',
        ...authorization(keys.read),
      },
      body: '{"query":"{ __typename }"}',
    })
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, 'http://localhost:5173'])
  })

  test('are the only ones', async () => {
    const response = await preflight(open.url, 'https://elsewhere.example')
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })
})

test('a WebSocket may come from a page of this service, from no page, and from origins that are set', () => {
  const here = { host: 'localhost:4000' }
  expect(isSameOrigin(here)).toBe(true)
  expect(isSameOrigin({ ...here, origin: 'http://localhost:4000' })).toBe(true)
  for (const origin of ['http://localhost:4001', 'https://elsewhere.example', 'null', 'localhost:4000']) {
    expect(isAllowedOrigin({ ...here, origin }, { corsOrigins: [] })).toBe(false)
    expect(isAllowedOrigin({ ...here, origin }, { corsOrigins: [origin] })).toBe(true)
  }
})

test('a page of another site starts nothing by a request that it may not read, of which browsers tell no origin', async () => {
  const here = { host: 'localhost:4000' }
  for (const site of ['cross-site', 'same-site']) {
    expect(isAllowedOrigin({ ...here, 'sec-fetch-site': site }, { corsOrigins: [] })).toBe(false)
  }
  for (const site of ['same-origin', 'none']) {
    expect(isAllowedOrigin({ ...here, 'sec-fetch-site': site }, { corsOrigins: [] })).toBe(true)
  }
  // As from fetch(…, { mode: 'no-cors', headers: { accept: 'text/event-stream' } }).
  const { status, body } = await getWith(closed.url, {
    ...{ accept: 'text/event-stream', 'sec-fetch-mode': 'no-cors', 'sec-fetch-site': 'cross-site' },
  })
  expect(status).toBe(400)
  expect(body).toContain('Pages of other origins may not send this request.')
})

test('no browser may guess the type of any answer, also of an error', async () => {
  for (const path of [
    '/healthz',
    '/metrics',
    '/images/none',
    '/comparisons/none.html',
    '/none',
    '/graphql?query=',
  ]) {
    const { headers } = await fetch(closed.url + path)
    expect(headers.get('x-content-type-options'), path).toBe('nosniff')
  }
})

/** Fetch of Node sets some of these headers itself. */
async function getWith(url: string, headers: Record<string, string>) {
  const [response] = (await once(get(`${url}/graphql?query={__typename}`, { headers }), 'response')) as [
    IncomingMessage,
  ]
  return { status: response.statusCode, body: await text(response) }
}
