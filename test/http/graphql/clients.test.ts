import { connect, type Socket } from 'node:net'
import { createClient } from 'graphql-ws'
import { afterEach, expect, test, vi } from 'vitest'
import WebSocket from 'ws'
import { createKey } from '../../../src/http/access/keys.js'
import { authorization } from '../../helpers/keys.js'
import { patience } from '../../helpers/patience.js'
import { headOf } from '../../helpers/raw-request.js'
import { startTestServer } from '../../helpers/server.js'

const [busy, other] = [createKey('read'), createKey('read')]
const server = await startTestServer({
  SHOTBOARD_API_KEYS: `${busy.entry},${other.entry}`,
  SHOTBOARD_MAX_OPERATIONS: '8',
  SHOTBOARD_MAX_OPERATIONS_PER_CLIENT: '2',
  SHOTBOARD_MAX_REQUEST_MB: '1',
})
const { library, url } = server

const ask = (key: string, query: string) =>
  server.send<unknown>({
    headers: { 'content-type': 'application/json', ...authorization(key) },
    body: JSON.stringify({ query }),
  })
const codesOf = ({ errors }: Awaited<ReturnType<typeof ask>>) =>
  errors?.map(({ extensions }) => extensions.code)

const overlap = '{ overlap(input: { source: { dataset: "any" } }) { spaces { auc } } }'

/** Makes `overlap` last until the returned function is called. */
function endlessOverlap(): () => void {
  let end = (): void => {}
  const ended = new Promise<never>((_, reject) => {
    end = () => reject(new Error('ended'))
  })
  vi.spyOn(library, 'overlap').mockImplementation(() => ended)
  return end
}

afterEach(() => {
  vi.restoreAllMocks()
})

test('a key runs so many operations over all its connections, and others are answered', async () => {
  const end = endlessOverlap()
  const sent = Array.from({ length: 8 }, () => ask(busy.key, overlap))
  await vi.waitFor(() => expect(library.overlap).toHaveBeenCalledTimes(2), patience)

  // Two run and six wait: one more is refused, also over a WebSocket, and another key is answered at once.
  await vi.waitFor(
    async () => expect(codesOf(await ask(busy.key, '{ __typename }'))).toEqual(['TOO_MANY_OPERATIONS']),
    patience,
  )
  const refused = await ask(busy.key, '{ __typename }')
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toBe('1')
  expect(refused.errors?.[0]?.message).toContain('at most 8 operations')
  const socket = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: authorization(busy.key),
  })
  const results = socket.iterate({ query: '{ __typename }' })
  expect((await results.next()).value.errors[0].extensions.code).toBe('TOO_MANY_OPERATIONS')
  await socket.dispose()
  expect((await ask(other.key, '{ __typename }')).data).toEqual({ __typename: 'Query' })
  expect(library.overlap).toHaveBeenCalledTimes(2)

  // Files that are computed count as operations; images do not, of which a page shows a hundred.
  const statusOf = async (key: string, path: string) =>
    (await fetch(`${url}${path}`, { headers: authorization(key) })).status
  expect(await statusOf(busy.key, '/comparisons/none.html')).toBe(429)
  expect(await statusOf(other.key, '/comparisons/none.html')).toBe(404)
  expect(await statusOf(busy.key, '/images/none')).toBe(404)

  end()
  await Promise.all(sent)
  expect(library.overlap).toHaveBeenCalledTimes(8)
  expect((await ask(busy.key, '{ __typename }')).data).toEqual({ __typename: 'Query' })
})

test('large requests of a key that come slowly leave room for those of others', async () => {
  const large = headOf({
    ...authorization(busy.key),
    'Content-Type': 'application/json',
    'Content-Length': 1_000_000,
  })
  const sockets = Array.from({ length: 4 }, () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.on('error', () => {})
    socket.write(large)
    return socket
  })
  await vi.waitFor(async () => {
    const refused = await ask(busy.key, `{ __typename # ${'x'.repeat(200_000)}\n }`)
    expect(codesOf(refused)).toEqual(['TOO_MANY_OPERATIONS'])
  }, patience)
  expect((await ask(other.key, `{ __typename # ${'x'.repeat(200_000)}\n }`)).data).toBeDefined()
  for (const socket of sockets) socket.destroy()
})

test('many quick requests that come in one packet do not keep other connections waiting', async () => {
  const port = Number(new URL(url).port)
  const body = JSON.stringify({ query: '{ datasets { totalCount } }' })
  const one = headOf({
    ...authorization(busy.key),
    'Content-Type': 'application/json',
    'Content-Length': body.length,
  })
  const [many, health] = await Promise.all(
    [0, 1].map(
      () =>
        new Promise<Socket>((resolve) => {
          const socket = connect(port, '127.0.0.1', () => resolve(socket))
        }),
    ),
  )
  let answers = 0
  many?.on('data', (data) => {
    answers += String(data).split('HTTP/1.1').length - 1
  })
  const answersBefore = new Promise<number>((resolve) => {
    health?.once('data', () => resolve(answers))
  })
  many?.write(`${one}${body}`.repeat(200))
  health?.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
  expect(await answersBefore).toBeLessThan(100)
  await expect.poll(() => answers).toBe(200)
  for (const socket of [many, health]) socket?.destroy()
})

test('an error repeats no more than the start of what was sent', async () => {
  const { errors } = await ask(other.key, `{ dataset(id: "${'x'.repeat(100_000)}") { id } }`)
  expect(errors?.[0]?.message.length).toBe(4000)
  expect(errors?.[0]?.message).toMatch(/^Dataset x.*…$/)
})
