import { describe, expect, test, vi } from 'vitest'
import WebSocket from 'ws'
import { errors } from '../../../src/errors.js'
import { startTestServer } from '../../helpers/server.js'
import { allResults, type Result, type State, watchedComparisons, watching } from './watched-comparisons.js'

const { server, library, webSocketUrl, compareSlowly, ended, webSocketClient, eventStreamClient } =
  await watchedComparisons('Watched')

describe.each([
  ['WebSocket', webSocketClient],
  ['server-sent events', eventStreamClient],
])('over %s', (_, connect) => {
  test('a comparison is told from the start to its end, and its progress never goes back', async () => {
    const { id } = await compareSlowly(4)
    const results = await allResults(connect(), { query: watching, variables: { id } })
    const states = results.map(({ data, errors }) => {
      expect(errors).toBeUndefined()
      return data?.comparison as State
    })
    // How many states there are between the first and the last depends on how busy the machine is.
    expect(states.length).toBeGreaterThan(1)
    expect(['QUEUED', 'RUNNING', 'SUCCEEDED']).toContain(states[0]?.status)
    expect(states.at(-1)).toMatchObject({
      id,
      status: 'SUCCEEDED',
      progress: 1,
      rows: { nodes: [{ shots: 1 }] },
    })
    const progress = states.map((state) => state.progress)
    expect(progress).toEqual([...progress].sort((a, b) => a - b))
    // Runs are read anew at each push.
    const finished = states.map(
      ({ runs }) => runs.nodes.filter(({ status }) => status === 'SUCCEEDED').length,
    )
    expect(finished.at(-1)).toBe(4)
    expect(new Set(finished).size).toBeGreaterThan(1)
  })

  test('a list with an unknown comparison, or none, is refused with its place', async () => {
    const { id } = await compareSlowly(1)
    const query = 'subscription ($ids: [ID!]!) { comparisons(ids: $ids) { id } }'
    for (const [ids, extensions] of [
      [[id, 'nothing'], { code: 'UNKNOWN_COMPARISON', argument: 'ids[1]' }],
      [[], { code: 'EMPTY_LIST', argument: 'ids' }],
      [Array.from({ length: 101 }, () => id), { code: 'PAGE_TOO_LARGE', argument: 'ids' }],
    ] as const) {
      const [result] = await allResults(connect(), { query, variables: { ids } })
      expect(result?.errors?.[0]?.extensions).toEqual(extensions)
    }
  })

  test('a comparison that has ended is told once', async () => {
    const id = await ended()
    const results = await allResults(connect(), { query: watching, variables: { id } })
    expect(results).toMatchObject([{ data: { comparison: { id, status: 'SUCCEEDED', progress: 1 } } }])
  })

  test('a cancelled comparison ends the subscription with that state', async () => {
    const { id } = await compareSlowly(4)
    const client = connect()
    const results: Result[] = []
    for await (const result of client.iterate({ query: watching, variables: { id } })) {
      if (results.push(result) === 1) await library.comparisons.cancel(id)
    }
    await client.dispose()
    expect(results.at(-1)?.data?.comparison.status).toBe('CANCELLED')
  })

  test.each([
    ['UNKNOWN_COMPARISON', { query: watching, variables: { id: 'nothing' } }, 'id'],
    ['BAD_USER_INPUT', { query: watching, variables: {} }, undefined],
  ])('%s is an error of GraphQL', async (code, operation, argument) => {
    const results = await allResults(connect(), operation)
    expect(results).toMatchObject([{ errors: [{ extensions: { code } }] }])
    expect(results[0]?.errors?.[0]?.extensions?.argument).toBe(argument)
    expect(results[0]?.data ?? null).toBeNull()
  })

  test('queries and mutations are answered as well', async () => {
    const query =
      'mutation ($name: String!) { createDataset(input: { name: $name, classes: [{ name: "a" }] }) { dataset { name } } }'
    const name = `made over ${connect.name}`
    expect(await allResults(connect(), { query, variables: { name } })).toMatchObject([
      { data: { createDataset: { dataset: { name } } } },
    ])
    expect(await allResults(connect(), { query, variables: { name } })).toMatchObject([
      { data: null, errors: [{ extensions: { code: 'DATASET_EXISTS', argument: 'input.name' } }] },
    ])
  })

  test('an error from inside is told without its words', async () => {
    const id = await ended()
    const broken = vi.spyOn(library.comparisons, 'rows').mockImplementation(() => {
      throw new Error('secret words')
    })
    const results = await allResults(connect(), { query: watching, variables: { id } })
    broken.mockRestore()
    expect(results).toMatchObject([{ errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] }])
    expect(JSON.stringify(results)).not.toContain('secret')
  })
})

test('a document that cannot be parsed, or asks for what is not there, is an error of GraphQL', async () => {
  for (const [query, code] of [
    ['subscription {', 'GRAPHQL_PARSE_FAILED'],
    ['subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
  ] as const) {
    expect(await allResults(eventStreamClient(), { query })).toMatchObject([
      { errors: [{ extensions: { code } }] },
    ])
    const client = webSocketClient()
    await expect(allResults(client, { query })).rejects.toMatchObject([{ extensions: { code } }])
    await client.dispose()
  }
})

describe('a request for an event stream', () => {
  const ask = (parameters: Record<string, string>) =>
    fetch(`${server.url}/graphql?${new URLSearchParams(parameters)}`, {
      headers: { accept: 'text/event-stream' },
    })

  test('may be a GET, as a browser makes it', async () => {
    const id = await ended()
    const response = await ask({ query: watching, variables: JSON.stringify({ id }) })
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(await response.text()).toMatch(
      /^:\n\nevent: next\ndata: \{"data":.*\}\n\nevent: complete\ndata:\n\n$/,
    )
  })

  test('of a page elsewhere starts nothing', async () => {
    const id = await ended()
    const watch = vi.spyOn(library.comparisons, 'watch')
    const query = `?${new URLSearchParams({ query: watching, variables: JSON.stringify({ id }) })}`
    const response = await fetch(`${server.url}/graphql${query}`, {
      headers: { accept: 'text/event-stream', origin: 'https://elsewhere.example' },
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] })
    expect(watch).not.toHaveBeenCalled()
    watch.mockRestore()
  })

  test.each([
    ['no operation', {}],
    ['variables that are not JSON', { query: watching, variables: '{' }],
    [
      'a mutation by GET',
      { query: 'mutation { cancelComparison(input: { id: "x" }) { comparison { id } } }' },
    ],
  ])('with %s is refused', async (_title, parameters) => {
    const response = await ask(parameters as Record<string, string>)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'INVALID_VALUE' } }] })
  })
})

describe('a WebSocket', () => {
  const handshake = (path: string, origin?: string) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}${path}`, 'graphql-transport-ws', {
        ...(origin !== undefined && { origin }),
      })
      socket.on('open', () => {
        resolve('open')
        socket.terminate()
      })
      socket.on('error', (error) => resolve(error.message))
    })

  test("is refused to a stranger's page and at other addresses", async () => {
    expect(await handshake('/graphql')).toBe('open')
    expect(await handshake('/graphql', server.url)).toBe('open')
    expect(await handshake('/graphql', 'https://elsewhere.example')).toContain('401')
    expect(await handshake('/graphql', 'null')).toContain('401')
    expect(await handshake('/')).toContain('400')
  })
})

test('a server that closes tells WebSockets that it is going away, and closes', async () => {
  const closing = await startTestServer()
  const socket = new WebSocket(`${closing.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  await new Promise((resolve) => socket.on('open', resolve))
  const closed = new Promise((resolve) => socket.on('close', resolve))
  await closing.close()
  expect(await closed).toBe(1001)
})

test('watching what is not there is refused before anything is told', async () => {
  await expect(library.comparisons.watch('nothing')).rejects.toEqual(
    errors.unknownComparison({ id: 'nothing' }, 'id'),
  )
})

describe('a WebSocket that sends too much is cut or refused:', () => {
  const open = async () => {
    const socket = new WebSocket(webSocketUrl, 'graphql-transport-ws')
    const closed = new Promise<number>((resolve) => socket.once('close', resolve))
    socket.on('error', () => {})
    await new Promise((resolve) => socket.once('open', resolve))
    return { socket, closed }
  }
  const acknowledge = async (socket: WebSocket) => {
    const acknowledged = new Promise((resolve) => socket.once('message', resolve))
    socket.send('{"type":"connection_init"}')
    await acknowledged
  }

  test.each([
    ['one large message', [Buffer.alloc(5_000_000, 'x')]],
    ['many small ones', Array.from({ length: 200 }, () => Buffer.alloc(200, ' '))],
  ])('before it is acknowledged, %s', async (_, messages) => {
    const { socket, closed } = await open()
    for (const message of messages) socket.send(message)
    expect(await closed).not.toBe(1000)
  })

  test('after it is acknowledged, a message as large as files', async () => {
    const { socket, closed } = await open()
    await acknowledge(socket)
    socket.send(Buffer.alloc(2_000_000, ' '))
    expect(await closed).toBe(1009)
  })

  test('more operations than one connection may have', async () => {
    const { id } = await compareSlowly(20)
    const { socket } = await open()
    await acknowledge(socket)
    const refused = new Promise((resolve) => {
      socket.on('message', (data) => {
        const message = JSON.parse(String(data))
        if (message.type === 'error') resolve(message.payload[0].extensions.code)
      })
    })
    const payload = { query: `subscription { comparison(id: "${id}") { id } }` }
    for (let i = 0; i <= 100; i++) socket.send(JSON.stringify({ type: 'subscribe', id: String(i), payload }))
    expect(await refused).toBe('TOO_MANY_OPERATIONS')
    socket.terminate()
    await library.comparisons.cancel(id)
  })
})
