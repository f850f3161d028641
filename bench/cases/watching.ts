import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { print } from 'graphql'
import WebSocket from 'ws'
import { ComparisonChangesDocument } from '../../web/src/api/generated.js'
import { type Benchmark, median, type Row, seconds } from '../benchmark.js'
import { startService } from '../service.js'

const turns = 3
/** The service cuts connections that do not ask for anything within three seconds, so they do not all come at once. */
const connectionsAtOnce = 50

interface Watching {
  readonly viewers: number
  readonly idle: number
}

/** The milliseconds of a comparison: from its request to its end, and of the processor. */
interface Measured {
  readonly time: number
  readonly cpu: number
}

const contestants: readonly [Watching, ...Watching[]] = [
  { viewers: 0, idle: 0 },
  { viewers: 5, idle: 0 },
  { viewers: 100, idle: 1000 },
]

/**
 * How much longer a comparison takes while dashboards watch it. The service is a process of its own. The viewers are
 * here, and read what they get without parsing it; they share the cores with the service. Each must see the comparison's end.
 */
export const watching: Benchmark = {
  name: 'watching',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'shotboard-bench-'))
    const service = await startService(folder, { SHOTBOARD_MAX_OPEN_COMPARISONS: '10' })
    try {
      const dataset = await demoDataset(service.url)
      const measured = new Map<Watching, Measured[]>(contestants.map((each) => [each, []]))
      let comparisons = 0
      // The first turn is a warm-up.
      for (let turn = 0; turn <= turns; turn++) {
        for (const each of turn % 2 === 0 ? contestants : contestants.toReversed()) {
          comparisons += 1
          const taken = await measureWatched(service.url, dataset, comparisons, each)
          console.error(
            `${each.viewers} viewers, ${each.idle} idle: ${seconds(taken.time)}, ${seconds(taken.cpu)}`,
          )
          if (turn > 0) measured.get(each)?.push(taken)
        }
      }
      const [alone, ...others] = contestants
      return others.flatMap((each) =>
        (['time', 'cpu'] as const).map((what): Row => {
          const own = (measured.get(each) ?? []).map((taken) => taken[what])
          const base = (measured.get(alone) ?? []).map((taken) => taken[what])
          const ratios = own.map((ms, i) => ms / (base[i] ?? Number.NaN))
          return {
            quantity: `375 runs on the demo dataset, viewers: ${each.viewers}, idle sockets: ${each.idle}; ${what === 'cpu' ? 'processor time of the service' : 'time'} relative to nobody watching (${turns} turns)`,
            ours: seconds(median(own)),
            baseline: seconds(median(base)),
            ratio: `${median(ratios).toFixed(2)}× (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
          }
        }),
      )
    } finally {
      await service.stop()
      await rm(folder, { recursive: true, force: true })
    }
  },
}

async function ask<T>(url: string, query: string, variables = {}): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    // A connection that was kept may be closed while it is used.
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = (await response.json()) as { data?: T; errors?: unknown }
  if (data == null) throw new Error(JSON.stringify(errors))
  return data
}

/** The dataset that the start imports, once its comparison has ended. */
async function demoDataset(url: string): Promise<string> {
  for (;;) {
    const query = '{ comparisons { nodes { id status dataset { id } } } }'
    const { comparisons } = await ask<{
      comparisons: { nodes: { status: string; dataset: { id: string } }[] }
    }>(url, query)
    const [demo] = comparisons.nodes
    if (demo?.status === 'SUCCEEDED') return demo.dataset.id
    if (demo?.status === 'FAILED') throw new Error('The comparison of the demo dataset has failed.')
    await setTimeout(500)
  }
}

/** Measures a comparison of 375 runs that nobody has made before, while it is watched. */
async function measureWatched(
  url: string,
  dataset: string,
  number: number,
  { viewers, idle }: Watching,
): Promise<Measured> {
  const sockets = await openSockets(url, viewers + idle)
  const input = {
    dataset,
    support: { shots: [1, 2, 4, 8, 16] },
    seeds: Array.from({ length: 25 }, (_, i) => number * 100 + i),
    selection: 'VALIDATION',
    methods: [{ method: 'tip-adapter' }, { method: 'tip-x' }, { method: 'gda' }],
  }
  const cpuBefore = await cpuMs(url)
  const started = performance.now()
  const {
    compare: { comparison: asked },
  } = await ask<{ compare: { comparison: { id: string } } }>(
    url,
    'mutation ($input: CompareInput!) { compare(input: $input) { comparison { id } } }',
    { input },
  )
  const payload = { query: print(ComparisonChangesDocument), variables: { id: asked.id } }
  const watched = Promise.all(sockets.slice(0, viewers).map((socket) => watch(socket, payload)))
  // Where something else fails first, that is the error to tell, and not that the service was stopped for it.
  watched.catch(() => {})
  for (;;) {
    await setTimeout(100)
    const { comparison } = await ask<{ comparison: { status: string } }>(
      url,
      'query ($id: ID!) { comparison(id: $id) { status } }',
      { id: asked.id },
    )
    if (comparison.status === 'SUCCEEDED') break
    if (!['QUEUED', 'RUNNING'].includes(comparison.status)) throw new Error(comparison.status)
  }
  const time = performance.now() - started
  await watched
  const cpu = (await cpuMs(url)) - cpuBefore
  for (const socket of sockets) socket.terminate()
  return { time, cpu }
}

/** The processor time of the service so far, all threads together. */
async function cpuMs(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  return 1000 * Number(/^process_cpu_seconds_total (\S+)/m.exec(metrics)?.[1])
}

async function openSockets(url: string, count: number): Promise<WebSocket[]> {
  const sockets: WebSocket[] = []
  while (sockets.length < count) {
    const length = Math.min(connectionsAtOnce, count - sockets.length)
    sockets.push(...(await Promise.all(Array.from({ length }, () => connect(url)))))
  }
  return sockets
}

async function connect(url: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'connection_init' }))
  await messageOf(socket, 'connection_ack')
  return socket
}

async function watch(socket: WebSocket, payload: object): Promise<void> {
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }))
  await messageOf(socket, 'complete')
}

/** Waits for a message of a type. Throws an error if the connection is closed before. */
function messageOf(socket: WebSocket, type: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.on('message', (message: Buffer) => {
      if (message.includes(`"type":"${type}"`)) resolve()
    })
    socket.once('close', (code) => reject(new Error(`The service has closed a connection: ${code}.`)))
  })
}
