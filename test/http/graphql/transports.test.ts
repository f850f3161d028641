import { createClient } from 'graphql-ws'
import { describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { type Problem, startTestServer } from '../../helpers/server.js'

const server = await startTestServer({
  SHOTBOARD_INTROSPECTION: 'off',
  SHOTBOARD_MAX_QUERY_TOKENS: '1000',
  SHOTBOARD_MAX_QUERY_DEPTH: '5',
  SHOTBOARD_MAX_QUERY_COST: '2000',
})
const json = { 'content-type': 'application/json' }

interface Operation {
  readonly query: string
  readonly variables?: Record<string, unknown>
  readonly operationName?: string
}

/** How each transport reports the errors of an operation. */
const transports: Readonly<Record<string, (operation: Operation) => Promise<readonly Problem[]>>> = {
  async 'a single request'(operation) {
    const { errors } = await server.send({ headers: json, body: JSON.stringify(operation) })
    return errors ?? []
  },
  async 'server-sent events'(operation) {
    const response = await fetch(`${server.url}/graphql/stream`, {
      method: 'POST',
      headers: { ...json, accept: 'text/event-stream' },
      body: JSON.stringify(operation),
    })
    expect(response.status).toBe(200)
    const [, data] = /^data: (.*)$/m.exec(await response.text()) ?? []
    return JSON.parse(String(data)).errors ?? []
  },
  async 'a WebSocket'(operation) {
    const url = `${server.url.replace('http', 'ws')}/graphql`
    const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 })
    try {
      const { value } = await client.iterate(operation).next()
      return (value?.errors ?? []) as unknown as readonly Problem[]
    } catch (errors) {
      return errors as readonly Problem[]
    } finally {
      await client.dispose()
    }
  },
}

const count = async (operation: string, outcome: string): Promise<number> => {
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  const name = `shotboard_request_duration_seconds_count{operation="${operation}",outcome="${outcome}"}`
  const line = metrics.split('\n').find((each) => each.startsWith(`${name} `))
  return Number(line?.slice(name.length) ?? 0)
}

const twoOperations = 'query one { datasets { totalCount } } query two { runs { totalCount } }'

describe('every transport reports and counts alike', () => {
  test.each<[string, Operation, string, string]>([
    ['a document that is no GraphQL', { query: '{' }, 'none', 'GRAPHQL_PARSE_FAILED'],
    ['a document that is too long', { query: `{ ${'a '.repeat(1000)} }` }, 'none', 'QUERY_TOO_LONG'],
    ['an unknown field', { query: '{ nothing }' }, 'query nothing', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'introspection',
      { query: '{ __type(name: "Run") { name } }' },
      'query __type',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'a document that is too deep',
      { query: '{ comparisons { nodes { runs { nodes { method { space { id } } } } } } }' },
      'query comparisons',
      'QUERY_TOO_DEEP',
    ],
    [
      'a document with brackets that no stack has room for',
      { query: `{ ${'...{'.repeat(490)} a ${'}'.repeat(490)} }` },
      'none',
      'QUERY_TOO_DEEP',
    ],
    [
      'an operation that costs too much',
      { query: '{ datasets(first: 60) { nodes { images(first: 60) { totalCount } } } }' },
      'query datasets',
      'QUERY_TOO_COSTLY',
    ],
    [
      'a variable of the wrong type',
      { query: 'query ($n: Int) { runs(first: $n) { totalCount } }', variables: { n: 'ten' } },
      'query runs',
      'BAD_USER_INPUT',
    ],
    ['several operations without a name', { query: twoOperations }, 'none', 'OPERATION_RESOLUTION_FAILURE'],
    [
      'a name of no operation',
      { query: '{ runs { totalCount } }', operationName: 'three' },
      'none',
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['an unknown id', { query: '{ dataset(id: "x") { name } }' }, 'query dataset', 'UNKNOWN_DATASET'],
  ])('%s', async (_, operation, label, code) => {
    const reports: Record<string, readonly Problem[]> = {}
    for (const [transport, send] of Object.entries(transports)) {
      const before = await count(label, code)
      reports[transport] = await send(operation)
      expect([transport, await count(label, code)]).toEqual([transport, before + 1])
    }
    const [first = [], ...others] = Object.values(reports)
    expect(first).toMatchObject([{ message: expect.any(String), extensions: { code } }])
    for (const other of others) expect(other).toEqual(first)
  })

  test('an operation that is named among several', async () => {
    const operation = { query: twoOperations, operationName: 'two' }
    for (const [transport, send] of Object.entries(transports)) {
      const before = await count('query runs', 'ok')
      expect([transport, await send(operation)]).toEqual([transport, []])
      expect(await count('query runs', 'ok')).toBe(before + 1)
    }
  })
})

test('a subscription as a single request is refused with the ways to subscribe', async () => {
  const { errors, status } = await server.ask('subscription { comparison(id: "x") { id } }')
  expect(status).toBe(400)
  expect(errors).toMatchObject([
    { message: expect.stringContaining('text/event-stream'), extensions: { code: 'INVALID_VALUE' } },
  ])
})

test('an upload may be answered by an event stream', async () => {
  const query =
    'mutation { createDataset(input: { name: "Uploaded", classes: [{ name: "a" }] }) { dataset { name } } }'
  const body = new FormData()
  body.set('operations', JSON.stringify({ query }))
  body.set('map', '{}')
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'apollo-require-preflight': 'true' },
    body,
  })
  expect(await response.text()).toContain('data: {"data":{"createDataset":{"dataset":{"name":"Uploaded"}}}}')
})
