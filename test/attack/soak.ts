// Loads a running service for some minutes, by hand: node --import tsx test/attack/soak.ts [MINUTES]. Several clients query, classify,
// import, compare, watch and look at images, while others send hostile requests. Prints what they got and how the memory went.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { zipSync } from 'fflate'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { seeded } from '../../src/system/random.js'
import { attacks } from './helpers/hostile-requests.js'

const minutes = Number(process.argv[2] ?? 10)
const folder = await mkdtemp(join(tmpdir(), 'soak-'))
const program = fileURLToPath(new URL('../../dist/cli/shotboard.js', import.meta.url))
const service = spawn(process.execPath, [program, 'start'], {
  env: { ...process.env, PORT: '0', SHOTBOARD_DATA_DIR: folder, SHOTBOARD_DEMO: 'off' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
let printed = ''
service.stdout.on('data', (text) => {
  printed += text
})
let url = ''
while (url === '') {
  await setTimeout(100)
  url = /ready at (http:\/\/\S+)\/graphql/.exec(printed)?.[1] ?? ''
  if (service.exitCode !== null) throw new Error(`The service did not start: ${service.exitCode}.`)
}

const corpus = new URL('../images/corpus/', import.meta.url)
const images = await Promise.all(
  (await readdir(corpus))
    .filter((name) => extname(name) !== '.json')
    .map(async (name) => ({ name, bytes: await readFile(new URL(name, corpus)) })),
)

const outcomes = new Map<string, Map<string, number>>()
function count(who: string, outcome: string): void {
  const own = outcomes.get(who) ?? new Map<string, number>()
  outcomes.set(who, own.set(outcome, (own.get(outcome) ?? 0) + 1))
}

interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: each query has its own answer.
  readonly data?: any
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[]
}

async function ask(who: string, query: string, variables: object = {}): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ query, variables }),
  })
  const answer = (await response.json()) as Answer
  count(who, answer.errors?.[0]?.extensions.code ?? 'ok')
  return answer
}

async function importArchive(name: string, archive: Uint8Array): Promise<void> {
  const form = new FormData()
  const query = 'mutation ($input: ImportArchiveInput!) { importArchive(input: $input) { import { id } } }'
  form.set('operations', JSON.stringify({ query, variables: { input: { archive: null, name } } }))
  form.set('map', '{"0":["variables.input.archive"]}')
  form.set('0', new Blob([new Uint8Array(archive)]), 'a.zip')
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'apollo-require-preflight': 'true' },
    body: form,
  })
  const answer = (await response.json()) as Answer
  count('import', answer.errors?.[0]?.extensions.code ?? 'ok')
}

/** Every image of the corpus in one of three classes; the classes differ from archive to archive. */
const archive = (turn: number): Uint8Array =>
  zipSync(
    Object.fromEntries(
      images.map(({ name, bytes }, i) => [
        `${['support_pool', 'validation', 'test'][Math.floor(i / 3) % 3]}/c${(i + turn) % 3}/${name}`,
        bytes,
      ]),
    ),
    { level: 0 },
  )

const newest = '{ datasets(first: 1) { nodes { id } } comparisons(first: 1) { nodes { id status } } }'
const compareInput = (dataset: string, turn: number) => ({
  dataset,
  support: { shots: [1, 2] },
  seeds: [turn, turn + 1, turn + 2],
  selection: 'NONE',
  methods: [{ method: 'zero-shot' }, { method: 'tip-adapter' }],
})

/** Each client does its work again and again; what it throws is counted. */
const clients: Readonly<Record<string, (turn: number) => Promise<unknown>>> = {
  query: () => ask('query', '{ health { status } datasets { nodes { id name } } methods { id } }'),
  async import(turn) {
    await importArchive(`soak-${turn % 5}`, archive(turn))
    await setTimeout(5000)
  },
  async compare(turn) {
    const { data } = await ask('compare', newest)
    const dataset = data?.datasets.nodes[0]?.id
    if (dataset !== undefined) {
      await ask(
        'compare',
        'mutation ($input: CompareInput!) { compare(input: $input) { comparison { id } } }',
        {
          input: compareInput(dataset, turn),
        },
      )
    }
    await setTimeout(10_000)
  },
  async watch() {
    const { data } = await ask('watch', newest)
    const id = data?.comparisons.nodes[0]?.id
    if (id === undefined) return setTimeout(1000)
    const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket })
    const query = `subscription { comparison(id: "${id}") { status progress } }`
    for await (const { errors } of client.iterate({ query })) count('watch', errors ? 'error' : 'state')
    await client.dispose()
    return setTimeout(200)
  },
  async images(turn) {
    const { data } = await ask(
      'images',
      '{ datasets(first: 1) { nodes { images(first: 50) { nodes { image { id } } } } } }',
    )
    const nodes = data?.datasets.nodes[0]?.images.nodes ?? []
    for (const { image } of nodes) {
      const response = await fetch(`${url}/images/${image.id}?size=${64 + (turn % 3) * 64}`)
      await response.arrayBuffer()
      count('images', String(response.status))
    }
    return setTimeout(500)
  },
}

const kinds = Object.entries(attacks)
const started = performance.now()
const isOver = (): boolean => performance.now() - started > minutes * 60_000
const isAlive = (): boolean => service.exitCode === null && service.signalCode === null
const memory: number[] = []
const health: number[] = []

async function repeat(who: string, work: (turn: number) => Promise<unknown>): Promise<void> {
  for (let turn = 1; !isOver() && isAlive(); turn++) {
    await work(turn).catch((error: unknown) => {
      count(who, `thrown: ${(error as Error).message.slice(0, 60)}`)
      return setTimeout(200)
    })
  }
}

async function look(): Promise<void> {
  const status = await readFile(`/proc/${service.pid}/status`, 'utf8')
  memory.push(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)
  const before = performance.now()
  const response = await fetch(`${url}/healthz`, { headers: { connection: 'close' } })
  await response.text()
  count('health', String(response.status))
  health.push(performance.now() - before)
  await setTimeout(1000)
}

await Promise.all([
  repeat('health', look),
  ...Object.entries(clients).map(([who, work]) => repeat(who, work)),
  ...[0, 1].map((k) =>
    repeat('attack', async (turn) => {
      const [kind, attack] = kinds[(2 * turn + k) % kinds.length] as (typeof kinds)[number]
      await attack(url, seeded(kind, 2 * turn + k))
      count('attack', 'sent')
    }),
  ),
])

const sorted = health.toSorted((a, b) => a - b)
const rounded = (value: number | undefined): number => Math.round(value ?? Number.NaN)
const quarter = Math.floor(memory.length / 4)
const mean = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / values.length
console.log(
  JSON.stringify(
    {
      alive: isAlive(),
      minutes: rounded((performance.now() - started) / 60_000),
      outcomes: Object.fromEntries([...outcomes].map(([who, own]) => [who, Object.fromEntries(own)])),
      healthMs: {
        median: rounded(sorted[Math.floor(sorted.length / 2)]),
        p99: rounded(sorted[Math.floor(sorted.length * 0.99)]),
        most: rounded(sorted.at(-1)),
      },
      megabytes: {
        secondQuarter: rounded(mean(memory.slice(quarter, 2 * quarter))),
        lastQuarter: rounded(mean(memory.slice(-quarter))),
        most: rounded(Math.max(...memory)),
      },
    },
    null,
    2,
  ),
)
service.kill('SIGTERM')
await once(service, 'exit')
await rm(folder, { recursive: true, force: true })
