import { createClient } from 'graphql-ws'
import { describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { makeDataset } from '../../helpers/datasets.js'
import { authorization, makeKeys } from '../../helpers/keys.js'
import { startTestServer } from '../../helpers/server.js'

const keys = makeKeys()
const server = await startTestServer({ SHOTBOARD_API_KEYS: keys.setting })
const { library, url } = server
const dataset = await makeDataset(library, 'Guarded', { SUPPORT_POOL: 1, TEST: 1 })
const [image] = await library.store.datasets.images(dataset.id)
const comparison = await library.comparisons.compare({
  dataset: dataset.id,
  shots: [1],
  seeds: [1],
  methods: [{ method: 'zero-shot' }],
  selection: 'NONE',
  klScaling: 'FROZEN',
  augmentations: 1,
})
await library.comparisons.ended(comparison.id)

const json = { 'content-type': 'application/json' }
const operation = (query: string, headers = {}): [string, RequestInit] => [
  '/graphql',
  { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify({ query }) },
]
const stream = { accept: 'text/event-stream' }
const watching = `subscription { comparison(id: "${comparison.id}") { status } }`
const creating = (name: string) =>
  `mutation { createDataset(input: { name: "${name}", classes: [{ name: "a" }] }) { dataset { id } } }`

function upload(): [string, RequestInit] {
  const body = new FormData()
  body.set('operations', JSON.stringify({ query: creating('Uploaded') }))
  body.set('map', '{}')
  return ['/graphql', { method: 'POST', headers: { 'apollo-require-preflight': 'true' }, body }]
}

/** What a key for reading gets, where a key for everything gets 200. */
const routes: Readonly<Record<string, { request: () => [string, RequestInit]; read: number }>> = {
  'a query': { request: () => operation('{ datasets { totalCount } }'), read: 200 },
  'a query by GET': { request: () => ['/graphql?query={__typename}', { headers: json }], read: 200 },
  'a mutation': { request: () => operation(creating(`Made ${Math.random()}`)), read: 403 },
  'a multipart mutation': { request: upload, read: 403 },
  'a subscription': { request: () => operation(watching, stream), read: 200 },
  'an image': { request: () => [`/images/${image?.imageId}`, {}], read: 200 },
  'a thumbnail': { request: () => [`/images/${image?.imageId}?size=32`, {}], read: 200 },
  'an export': { request: () => [`/comparisons/${comparison.id}.csv`, {}], read: 200 },
}

const ask = (
  { request }: { readonly request: () => [string, RequestInit] },
  headers: Record<string, string> = {},
) => {
  const [path, init] = request()
  return fetch(`${url}${path}`, { ...init, headers: { ...init.headers, ...headers } })
}

describe.each(Object.entries(routes))('%s', (_, route) => {
  test.each([
    ['no key', {}],
    ['a key that is none of ours', authorization('shotboard_wrong')],
    ['a hash in place of its key', authorization(keys.setting.split(/[:,]/)[1] ?? '')],
    ['another scheme', { authorization: `Basic ${Buffer.from(`a:${keys.write}`).toString('base64')}` }],
    ['a session that is none', { cookie: 'shotboard_session=abc' }],
  ])('is refused with %s', async (_, headers) => {
    const response = await ask(route, headers)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="Shotboard"')
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
  })

  test('by a key for reading', async () => {
    const response = await ask(route, authorization(keys.read))
    expect(response.status).toBe(route.read)
    if (route.read === 403) {
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] })
    } else await response.body?.cancel()
  })

  test('by a key for everything', async () => {
    const response = await ask(route, authorization(keys.write))
    expect(response.status).toBe(200)
    await response.body?.cancel()
  })
})

test('a mutation is forbidden to a reader over every transport, and makes nothing', async () => {
  const before = await server.counts()
  const streamed = await ask(
    { request: () => operation(creating('Streamed'), stream) },
    authorization(keys.read),
  )
  expect(await streamed.text()).toContain('FORBIDDEN')
  const client = connect({ authorization: `Bearer ${keys.read}` })
  await expect(client.iterate({ query: creating('By socket') }).next()).rejects.toMatchObject([
    { extensions: { code: 'FORBIDDEN' } },
  ])
  await client.dispose()
  expect(await server.counts()).toEqual(before)
})

describe('a WebSocket', () => {
  test.each([
    ['a key among its parameters', { authorization: `Bearer ${keys.read}` }, {}],
    ['a key in its header', undefined, authorization(keys.read)],
  ])('is served with %s', async (_, parameters, headers) => {
    const client = connect(parameters, headers)
    const { value } = await client.iterate({ query: watching }).next()
    expect(value).toEqual({ data: { comparison: { status: 'SUCCEEDED' } } })
    await client.dispose()
  })

  test.each([
    ['no key', undefined],
    ['a key that is none of ours', { authorization: 'Bearer wrong' }],
    ['parameters that are none', { authorization: [keys.read] }],
  ])('is closed with %s', async (_, parameters) => {
    const client = connect(parameters)
    await expect(client.iterate({ query: '{ __typename }' }).next()).rejects.toMatchObject({
      code: 4401,
      reason: 'UNAUTHENTICATED',
    })
  })

  test('of a page elsewhere is not opened', async () => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { origin: 'https://elsewhere.example', ...authorization(keys.write) },
    })
    const refusal = new Promise((resolve) => socket.once('error', (error) => resolve(error.message)))
    expect(await refusal).toContain('401')
  })
})

function connect(connectionParams?: Record<string, unknown>, headers: Record<string, string> = {}) {
  class Socket extends WebSocket {
    constructor(address: string, protocol: string) {
      super(address, protocol, { headers })
    }
  }
  return createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: Socket,
    retryAttempts: 0,
    ...(connectionParams && { connectionParams }),
  })
}

describe('a browser', () => {
  const signIn = (init: RequestInit) =>
    fetch(`${url}/session`, { method: 'POST', redirect: 'manual', ...init })
  const withKey = (key: string) => signIn({ headers: json, body: JSON.stringify({ key }) })
  const cookieOf = (response: Response) => response.headers.get('set-cookie')?.split(';')[0] ?? ''

  test('without a key is shown where to enter one, on every page', async () => {
    for (const path of ['/', '/graphql', '/anything']) {
      const response = await fetch(`${url}${path}`, { headers: { accept: 'text/html' }, redirect: 'manual' })
      expect(response.status).toBe(401)
      expect(response.headers.get('content-type')).toContain('text/html')
      expect(await response.text()).toContain('action="/session"')
    }
  })

  test('gets a cookie for a key that no script reads and no other site sends', async () => {
    const response = await withKey(keys.read)
    expect(response.status).toBe(204)
    expect(response.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Strict$/)
    expect(response.headers.get('set-cookie')).not.toContain(keys.read)
    const cookie = cookieOf(response)
    const served = await fetch(`${url}/images/${image?.imageId}`, { headers: { cookie } })
    expect(served.status).toBe(200)
    expect(served.headers.get('cache-control')).toMatch(/^private/)
    expect((await ask({ request: () => operation(creating('By cookie')) }, { cookie })).status).toBe(403)
    const client = connect(undefined, { cookie, origin: url })
    expect((await client.iterate({ query: watching }).next()).value).toHaveProperty('data')
    await client.dispose()
    // A key that is shown beside the cookie is the one that is meant.
    const both = await ask(
      { request: () => operation('{ __typename }') },
      { cookie, ...authorization('wrong') },
    )
    expect(both.status).toBe(401)
  })

  test('behind a proxy that speaks HTTPS gets a cookie for HTTPS alone', async () => {
    const response = await signIn({
      headers: { ...json, 'x-forwarded-proto': 'https' },
      body: JSON.stringify({ key: keys.read }),
    })
    expect(response.headers.get('set-cookie')).toContain('; Secure')
  })

  test('signs in by the form and out again', async () => {
    const form = (key: string) => signIn({ body: new URLSearchParams({ key }) })
    const wrong = await form('wrong')
    expect(wrong.status).toBe(401)
    expect(await wrong.text()).toContain('This key is not valid.')
    const response = await form(` ${keys.write} `)
    expect([response.status, response.headers.get('location')]).toEqual([303, '/'])
    const cookie = cookieOf(response)
    const query = () => ask({ request: () => operation('{ __typename }') }, { cookie })
    expect((await query()).status).toBe(200)
    await fetch(`${url}/session`, { method: 'DELETE', headers: { cookie } })
    expect((await query()).status).toBe(401)
  })

  test.each([
    ['a wrong key', json, JSON.stringify({ key: 'wrong' }), 401],
    ['no key', json, '{}', 401],
    [
      'a page elsewhere',
      { ...json, origin: 'https://elsewhere.example' },
      JSON.stringify({ key: keys.write }),
      400,
    ],
  ])('gets none for %s', async (_, headers, body, status) => {
    const response = await signIn({ headers, body })
    expect(response.status).toBe(status)
    expect(response.headers.get('set-cookie')).toBeNull()
  })
})
