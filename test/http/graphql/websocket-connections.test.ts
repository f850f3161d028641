import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import WebSocket from 'ws'
import { patience } from '../../helpers/patience.js'
import { startTestServer } from '../../helpers/server.js'

const { url, query } = await startTestServer()
const endpoint = `${url.replace('http', 'ws')}/graphql`

async function open(): Promise<WebSocket> {
  const socket = new WebSocket(endpoint, 'graphql-transport-ws')
  await once(socket, 'open')
  const acknowledged = once(socket, 'message')
  socket.send('{"type":"connection_init"}')
  await acknowledged
  return socket
}

const subscribe = (id: string, text: string): string =>
  JSON.stringify({ id, type: 'subscribe', payload: { query: text } })

test('clients that hang up or break their connection print nothing', async () => {
  const printed = (['error', 'warn', 'log'] as const).map((name) => vi.spyOn(console, name))
  const ways: readonly ((socket: WebSocket) => void)[] = [
    (socket) => socket.terminate(),
    // An answer is on its way when the connection breaks.
    (socket) => {
      socket.send(subscribe('1', '{ datasets { totalCount } }'))
      socket.terminate()
    },
    // A frame that no client may send.
    (socket) => Reflect.get(socket, '_socket').write(Buffer.from([0xff, 0xff, 0, 0])),
    (socket) => socket.send('x'.repeat(2 ** 20 + 1)),
    (socket) => socket.send('{"type":"connection_ack"}'),
  ]
  for (const leave of ways) {
    const socket = await open()
    socket.on('error', () => {})
    const closed = once(socket, 'close')
    leave(socket)
    await closed
  }
  const { hostname, port } = new URL(url)
  const half = connect(Number(port), hostname)
  half.write('GET /graphql HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n')
  await setTimeout(50)
  half.resetAndDestroy()
  await setTimeout(100)
  for (const spy of printed) expect(spy).not.toHaveBeenCalled()
  expect(await query('{ __typename }')).toEqual({ __typename: 'Query' })
})

test('operations with the same text over one connection and over several are answered each for itself', async () => {
  const sockets = await Promise.all([open(), open()])
  const text = 'query ($a: Int!) { datasets(first: $a) { totalCount } }'
  const answers: unknown[] = []
  for (const socket of sockets) {
    socket.on('message', (message) => {
      const { id, type, payload } = JSON.parse(String(message))
      if (type === 'next' || type === 'error') answers.push([id, type, payload.data ?? null])
    })
  }
  for (const [i, a] of [1, 'x', 2].entries()) {
    const payload = { query: text, variables: { a } }
    for (const socket of sockets) socket.send(JSON.stringify({ id: String(i), type: 'subscribe', payload }))
  }
  await vi.waitFor(() => expect(answers).toHaveLength(6), patience)
  const counted = { datasets: { totalCount: 0 } }
  expect(answers.map((answer) => JSON.stringify(answer)).sort()).toEqual(
    ['0', '0', '2', '2']
      .map((id) => JSON.stringify([id, 'next', counted]))
      .concat(['1', '1'].map((id) => JSON.stringify([id, 'next', null])))
      .sort(),
  )
  for (const socket of sockets) socket.terminate()
})
