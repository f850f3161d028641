import { setTimeout } from 'node:timers/promises'
import { getIntrospectionQuery } from 'graphql'
import WebSocket from 'ws'
import type { Random } from '../../../src/system/random.js'
import { hangUp, headOf, sendRaw } from '../../helpers/raw-request.js'

/** Sends one hostile request and waits until it is answered, refused or cut. */
export type Attack = (url: string, random: Random) => Promise<unknown>

const json = { 'content-type': 'application/json', connection: 'close' }
const chosen = <T>(random: Random, items: readonly T[]): T => items[random.integer(items.length)] as T
const aliases = (count: number, field: string): string =>
  Array.from({ length: count }, (_, i) => `a${i}: ${field}`).join(' ')
const settled = (work: Promise<unknown>): Promise<unknown> => work.catch(() => undefined)

const post = (url: string, body: string | Buffer, headers: Record<string, string> = json) =>
  settled(
    fetch(`${url}/graphql`, { method: 'POST', headers, body: new Uint8Array(Buffer.from(body)) }).then(
      (response) => response.arrayBuffer(),
    ),
  )
const query = (url: string, text: string, variables: object = {}) =>
  post(url, JSON.stringify({ query: text, variables }))

const part = (disposition: string, content: string): string =>
  `--B\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`
const form = (path: string): string =>
  [
    part(
      'name="operations"',
      '{"query":"mutation($f:Upload!){importArchive(input:{archive:$f}){import{id}}}","variables":{"f":null}}',
    ),
    part('name="map"', JSON.stringify({ 0: [path] })),
    part('name="0"; filename="a.zip"', 'PK\x03\x04'.repeat(500)),
    '--B--\r\n',
  ].join('')
const formHead = (length: number, type = 'multipart/form-data; boundary=B'): string =>
  headOf({ 'apollo-require-preflight': '1', 'Content-Type': type, 'Content-Length': length })

/** The bytes with some of them changed, removed or repeated. */
function mutated(text: string, random: Random): Buffer {
  let bytes = Buffer.from(text)
  for (let i = 0; i <= random.integer(5); i++) {
    const at = random.integer(bytes.length)
    const length = random.integer(20)
    const kind = random.integer(3)
    if (kind === 0) bytes[at] = random.integer(256)
    else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
    else bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at)])
  }
  return bytes
}

/** Opens a WebSocket, sends messages, and leaves at the latest after a second. */
async function overWebSocket(url: string, messages: readonly (string | Buffer)[]): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.on('error', () => {})
  socket.once('open', () => {
    for (const message of messages) socket.send(message, () => {})
  })
  await Promise.race([closed, setTimeout(200)])
  socket.terminate()
}

const init = '{"type":"connection_init"}'
const subscribe = (text: string, id = '1'): string =>
  JSON.stringify({ type: 'subscribe', id, payload: { query: text } })

/** The kinds of requests that must not harm the service, by what they are. */
export const attacks: Readonly<Record<string, Attack>> = {
  'uploads that hang up': (url, random) => {
    const body = form('variables.f')
    const sent = body.slice(0, random.integer(body.length))
    return hangUp(url, random.integer(20), formHead(50_000_000), sent, Buffer.alloc(random.integer(300_000)))
  },
  'uploads that are cut short': (url, random) => {
    const body = form('variables.f')
    const sent = body.slice(0, 1 + random.integer(body.length - 3))
    return sendRaw(url, formHead(sent.length), sent)
  },
  'uploads with mutated bytes': (url, random) => {
    const body = mutated(form('variables.f'), random)
    return sendRaw(url, formHead(body.length), body)
  },
  'uploads with another boundary': (url, random) => {
    const type = chosen(random, [
      'multipart/form-data',
      'multipart/form-data; boundary=C',
      'multipart/form-data; boundary=',
    ])
    return sendRaw(url, formHead(1_000_000, type), form('variables.f'))
  },
  'uploads to hostile paths': (url, random) => {
    const path = chosen(random, [
      `variables.${'a.'.repeat(random.integer(100_000))}b`,
      `variables.f.${random.integer(2 ** 31)}`,
      'variables.__proto__.f',
      'variables.constructor.prototype.f',
      'query',
      '',
    ])
    const body = form(path)
    return sendRaw(url, formHead(body.length), body)
  },
  'JSON with mutated bytes': (url, random) =>
    post(
      url,
      mutated(
        '{"query":"query ($n: Int) { datasets(first: $n) { nodes { id name } } }","variables":{"n":5}}',
        random,
      ),
    ),
  'documents with mutated bytes': (url, random) =>
    query(
      url,
      mutated(
        '{ datasets(first: 5) { nodes { id name images(first: 2) { nodes { image { id url } } } } } }',
        random,
      ).toString('latin1'),
    ),
  'deep documents': (url, random) => {
    const depth = 1 + random.integer(5000)
    return query(
      url,
      chosen(random, [
        `${'{a'.repeat(depth)}${'}'.repeat(depth)}`,
        `{dataset(id:${'['.repeat(depth)}1${']'.repeat(depth)}){id}}`,
        `{${'...{'.repeat(depth)}__typename${'}'.repeat(depth)}}`,
        `query($a:${'['.repeat(depth)}Int${']'.repeat(depth)}){__typename}`,
      ]),
    )
  },
  'introspection without end': (url, random) => {
    const [a, b, c] = [1 + random.integer(60), 1 + random.integer(60), 1 + random.integer(60)]
    return query(
      url,
      `{ __schema { ${aliases(a, 'types { ...G }')} } } fragment G on __Type { ${aliases(b, 'fields { ...H }')} } fragment H on __Field { ${aliases(c, 'type { name }')} }`,
    )
  },
  'introspection by the dozen': (url, random) =>
    query(
      url,
      `{ ${aliases(1 + random.integer(5), `__schema ${getIntrospectionQuery().split('__schema')[1]?.split('fragment')[0]?.trim().slice(0, -1) ?? ''}`)} } fragment${getIntrospectionQuery().split('fragment').slice(1).join('fragment')}`,
    ),
  'names of types without end': (url, random) =>
    query(
      url,
      `{ ${aliases(1 + random.integer(50), 'datasets(first: 2) { nodes { images(first: 100) { nodes { ...H } } } }')} } fragment H on DatasetImage { ${aliases(1 + random.integer(500), '__typename')} }`,
    ),
  'dear fields under many names': (url, random) =>
    query(
      url,
      `{ ${aliases(1 + random.integer(300), `overlap(input: { source: { dataset: "x" }, bins: ${1 + random.integer(2000)} }) { spaces { auc } }`)} }`,
    ),
  'long lists of arguments': (url, random) =>
    query(url, 'query ($ids: [ID!]!) { overlapCorrelation(comparisons: $ids) { n } }', {
      ids: Array.from({ length: random.integer(20_000) }, () => 'x'),
    }),
  'WebSockets that send before they are acknowledged': (url, random) =>
    overWebSocket(url, [Buffer.alloc(random.integer(5_000_000), 'x')]),
  'WebSockets with mutated messages': (url, random) =>
    overWebSocket(url, [
      init,
      mutated(subscribe('{ __typename }'), random).toString('latin1'),
      mutated(init, random),
    ]),
  'WebSockets whose frames are broken': (url, random) =>
    hangUp(
      url,
      50 + random.integer(50),
      `GET /graphql HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`,
      Buffer.from(Array.from({ length: 1 + random.integer(60) }, () => random.integer(256))),
    ),
  'WebSockets with many operations': (url, random) =>
    overWebSocket(url, [
      init,
      ...Array.from({ length: random.integer(500) }, (_, i) =>
        subscribe('subscription { comparison(id: "x") { id } }', String(i)),
      ),
    ]),
  'event streams that hang up': (url, random) =>
    hangUp(
      url,
      random.integer(20),
      `GET /graphql?query=${encodeURIComponent(chosen(random, ['{ datasets { totalCount } }', 'subscription { comparison(id: "x") { id } }', '{']))} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`,
    ),
  'addresses that lead elsewhere': (url, random) =>
    settled(
      fetch(
        `${url}/${chosen(random, ['images', 'comparisons', 'datasets', 'support-sets', 'adapters'])}/${chosen(random, ['..%2f..%2fetc%2fpasswd', '%00', '%ff', 'x'.repeat(5000), '__proto__.json', '.json', 'a%2fb.safetensors'])}`,
        { headers: { connection: 'close' } },
      ).then((response) => response.arrayBuffer()),
    ),
  'bytes that are no HTTP': (url, random) =>
    hangUp(
      url,
      5 + random.integer(20),
      mutated('POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello', random),
    ),
}
