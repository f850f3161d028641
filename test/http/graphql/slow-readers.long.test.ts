import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import express from 'express'
import { buildSchema, type GraphQLSchema } from 'graphql'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { createAuthentication } from '../../../src/http/access/authentication.js'
import { serveEventStreams } from '../../../src/http/graphql/event-stream.js'
import { createOperationPipeline } from '../../../src/http/graphql/operation-pipeline.js'
import { createStreamedOperations } from '../../../src/http/graphql/streamed-operations.js'
import { serveWebSockets } from '../../../src/http/graphql/websocket.js'
import { createMetrics } from '../../../src/http/metrics.js'
import type { Context } from '../../../src/schema/context.js'
import { readSettings } from '../../../src/settings/settings.js'
import { atEnd } from '../../helpers/at-end.js'

/** More than any buffer of the operating system holds: 160 events of 256 KiB. */
const [events, bytes] = [160, 2 ** 18]
const query = 'subscription { padding }'

/** A schema whose subscription always has its next event ready; counts the events taken and reports the end of the source. */
function createSource() {
  const schema: GraphQLSchema = buildSchema(
    'type Query { a: Int } type Subscription { padding: String failing: Int }',
  )
  const source = { schema, taken: 0, left: Promise.resolve() }
  const fields = schema.getSubscriptionType()?.getFields()
  if (!fields?.padding || !fields.failing) throw new Error('The schema has no such fields.')
  fields.padding.subscribe = () => {
    let leave = () => {}
    source.left = new Promise((resolve) => {
      leave = resolve
    })
    return (async function* () {
      try {
        for (let i = 0; i < events; i++) {
          await setImmediate()
          source.taken = i + 1
          yield { padding: String(i).padEnd(bytes) }
        }
      } finally {
        leave()
      }
    })()
  }
  fields.failing.subscribe = async function* () {
    yield { failing: 1 }
    throw new Error('secret words')
  }
  return source
}

const settings = readSettings({ SHOTBOARD_LOG_LEVEL: 'silent' })
const source = createSource()
const authentication = createAuthentication(settings)
const log = pino({ level: 'silent' })
const pipeline = createOperationPipeline({
  schema: source.schema,
  createContext: () => ({}) as Context,
  authentication,
  settings,
  metrics: createMetrics(),
  log,
})
const operations = createStreamedOperations(pipeline)
const app = express()
app.use(express.json(), serveEventStreams(operations, authentication, settings))
const server = createServer(app)
const closeWebSockets = serveWebSockets(server, { operations, authentication, settings, log })
server.listen(0, '127.0.0.1')
await once(server, 'listening')
atEnd(async () => {
  await closeWebSockets()
  server.close()
  server.closeAllConnections()
})
const address = `127.0.0.1:${(server.address() as AddressInfo).port}`

/** A client that stops reading after the first event until `read` is called, which returns all results. */
interface Reader {
  read(): Promise<string[]>
  hangUp(): void
}

async function openEventStream(document: string): Promise<Reader> {
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' }
  const sent = request(`http://${address}/graphql`, { method: 'POST', headers })
  sent.end(JSON.stringify({ query: document }))
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return {
    async read() {
      let text = ''
      for await (const chunk of response.setEncoding('utf8')) text += chunk
      return [...text.matchAll(/^event: next\ndata: (.*)$/gm)].map(([, data]) => String(data))
    },
    hangUp: () => sent.destroy(),
  }
}

async function openWebSocket(document: string): Promise<Reader> {
  const socket = new WebSocket(`ws://${address}/graphql`, 'graphql-transport-ws')
  const payloads: string[] = []
  const opened = new EventEmitter()
  const complete = once(opened, 'complete')
  socket.on('message', (data) => {
    const { type, payload } = JSON.parse(String(data))
    if (type === 'next') payloads.push(JSON.stringify(payload))
    opened.emit(type)
  })
  await once(socket, 'open')
  const [acknowledged, first] = [once(opened, 'connection_ack'), once(opened, 'next')]
  socket.send(JSON.stringify({ type: 'connection_init' }))
  await acknowledged
  socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: document } }))
  await first
  socket.pause()
  return {
    async read() {
      socket.resume()
      await complete
      socket.close()
      return payloads
    },
    hangUp: () => socket.terminate(),
  }
}

const internal = { code: 'INTERNAL_SERVER_ERROR' }

/** Gives the server time to take more events than it can send. */
async function letServerRun() {
  for (let i = 0; i < 2000; i++) await setImmediate()
}

describe.each([
  ['server-sent events', openEventStream],
  ['a WebSocket', openWebSocket],
])('over %s', (_, open) => {
  test('a slow reader does not make events pile up, and gets them all', async () => {
    const reader = await open(query)
    await letServerRun()
    expect(source.taken).toBeGreaterThan(0)
    expect(source.taken).toBeLessThan(events / 2)
    const results = await reader.read()
    const numbers = results.map((result) => Number(JSON.parse(result).data.padding))
    expect(numbers).toEqual(Array.from({ length: events }, (_, i) => i))
    await source.left
  })

  test('a client that hangs up before it has read everything ends its subscription', async () => {
    const reader = await open(query)
    await letServerRun()
    reader.hangUp()
    await source.left
    expect(source.taken).toBeLessThan(events)
  })

  test('a source of events that fails ends the subscription with an error from inside', async () => {
    const reader = await open('subscription { failing }')
    expect((await reader.read()).map((result) => JSON.parse(result))).toEqual([
      { data: { failing: 1 } },
      { errors: [{ message: expect.not.stringContaining('secret'), extensions: internal }] },
    ])
  })
})
