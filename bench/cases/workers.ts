import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { S3mini } from 's3mini'
import sharp from 'sharp'
import type { CompareInput } from '../../src/comparisons/plan-comparison.js'
import { type OpenedLibrary, openLibrary } from '../../src/library/library.js'
import { readSettings } from '../../src/settings/settings.js'
import { seeded } from '../../src/system/random.js'
import { type Benchmark, type Row, seconds, times } from '../benchmark.js'
import { newPostgres } from '../new-postgres.js'

const program = fileURLToPath(new URL('../../dist/cli/shotboard.js', import.meta.url))
const {
  TEST_S3_ENDPOINT: endpoint = 'http://127.0.0.1:8085',
  TEST_S3_ACCESS_KEY_ID: accessKeyId = 'test:tester',
  TEST_S3_SECRET_ACCESS_KEY: secretAccessKey = 'testing',
} = process.env

const classes = Array.from({ length: 10 }, (_, i) => `class ${i}`)
const images = { SUPPORT_POOL: 30, VALIDATION: 10, TEST: 500 }

const base = { selection: 'NONE', klScaling: 'FROZEN', augmentations: 1 } as const
const encoding = { ...base, shots: [1], seeds: [1], methods: [{ method: 'zero-shot' }] }
/** 270 runs: five methods, three shots, eighteen seeds. */
const grid = {
  ...base,
  selection: 'VALIDATION' as const,
  shots: [1, 4, 16],
  seeds: Array.from({ length: 18 }, (_, i) => i + 1),
  methods: ['tip-adapter', 'tip-adapter++', 'tip-x', 'prototype', 'gda'].map((method) => ({ method })),
}

/**
 * Encoding 5,000 images, and then a grid of 270 runs, by one and by two workers of one core each; and by one process of a single
 * machine, with how many cores it kept busy. Needs a build, `taskset`, Postgres (TEST_DATABASE_URL) and an S3 server
 * (TEST_S3_ENDPOINT).
 */
export const workers: Benchmark = {
  name: 'workers',
  async run() {
    const one = await measureWorkers(1)
    const two = await measureWorkers(2)
    const alone = await measureAlone()
    const row = (quantity: string, what: 'encoded' | 'grid'): Row => ({
      quantity: `${quantity}, two workers of one core each, against one`,
      ours: seconds(two[what]),
      baseline: seconds(one[what]),
      ratio: `${times(one[what] / two[what])} as fast`,
    })
    return [
      row('Encoding 5,000 images', 'encoded'),
      row('A grid of 270 runs', 'grid'),
      {
        quantity: 'Encoding 5,000 images on a single machine',
        ours: `${seconds(alone.encoded)}, ${alone.encodedCores.toFixed(2)} cores busy`,
      },
      {
        quantity: 'A grid of 270 runs on a single machine',
        ours: `${seconds(alone.grid)}, ${alone.gridCores.toFixed(2)} cores busy`,
      },
    ]
  },
}

async function measureAlone() {
  const folder = await mkdtemp(join(tmpdir(), 'shotboard-workers-'))
  const library = await openLibrary(readSettings({ SHOTBOARD_DATA_DIR: folder }))
  try {
    const dataset = await makeDataset(library)
    const encoded = await timed(library, { dataset, ...encoding })
    const whole = await timed(library, { dataset, ...grid })
    return { encoded: encoded.ms, encodedCores: encoded.cores, grid: whole.ms, gridCores: whole.cores }
  } finally {
    await library.close()
    await rm(folder, { recursive: true })
  }
}

async function measureWorkers(count: number) {
  const database = await newPostgres()
  if (!database) throw new Error('The benchmark needs Postgres (TEST_DATABASE_URL).')
  const bucket = `shotboard-${randomUUID()}`
  const client = new S3mini({
    ...{ accessKeyId, secretAccessKey, region: 'us-east-1' },
    endpoint: `${endpoint}/${bucket}`,
  })
  if (!(await client.createBucket())) throw new Error('The benchmark needs an S3 server (TEST_S3_ENDPOINT).')
  const folder = await mkdtemp(join(tmpdir(), 'shotboard-workers-'))
  const environment = {
    ...{ DATABASE_URL: database.url, SHOTBOARD_QUEUE: 'postgres' },
    ...{ SHOTBOARD_OBJECTS: `s3://${bucket}?endpoint=${endpoint}` },
    ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
  }
  const library = await openLibrary(
    readSettings({ SHOTBOARD_DATA_DIR: join(folder, 'service'), ...environment }),
  )
  const started: ChildProcess[] = []
  try {
    const dataset = await makeDataset(library)
    for (let core = 0; core < count; core++) started.push(await startWorker(core, folder, environment))
    const encoded = await timed(library, { dataset, ...encoding })
    const whole = await timed(library, { dataset, ...grid })
    return { encoded: encoded.ms, grid: whole.ms }
  } finally {
    for (const worker of started) worker.kill('SIGKILL')
    await library.close()
    await database.drop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** A worker that may use one core. Resolves once it works. */
async function startWorker(
  core: number,
  folder: string,
  environment: Record<string, string>,
): Promise<ChildProcess> {
  const worker = spawn('taskset', ['-c', String(core), process.execPath, program, 'worker'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...{ PATH: process.env.PATH, PORT: '0', SHOTBOARD_DATA_DIR: join(folder, `worker-${core}`) },
      ...{ SHOTBOARD_THREADS: '1', SHOTBOARD_LOG_LEVEL: 'error', ...environment },
    },
  })
  await once(worker.stdout, 'data')
  worker.stdout.resume()
  return worker
}

async function timed(library: OpenedLibrary, input: CompareInput) {
  const [started, before] = [performance.now(), process.cpuUsage()]
  const { id } = await library.comparisons.compare(input)
  const { status, error } = await library.comparisons.ended(id)
  if (status !== 'SUCCEEDED') throw new Error(`The comparison ended as ${status}: ${error}`)
  const ms = performance.now() - started
  const { user, system } = process.cpuUsage(before)
  return { ms, cores: (user + system) / 1000 / ms }
}

/** Pictures of coloured noise, each class around a colour of its own. */
async function makeDataset(library: OpenedLibrary): Promise<string> {
  const { id } = await library.datasets.create({
    name: 'Workers',
    classes: classes.map((name) => ({ name })),
  })
  const random = seeded('workers')
  for (const split of ['SUPPORT_POOL', 'VALIDATION', 'TEST'] as const) {
    for (const [c, name] of classes.entries()) {
      const made = await Promise.all(
        Array.from({ length: images[split] }, () => {
          const pixels = Uint8Array.from({ length: 3 * side * side }, (_, i) =>
            Math.min(255, 20 * c + (i % 3) * 8 + 60 * random.next()),
          )
          const picture = sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
          return picture.png({ compressionLevel: 1 }).toBuffer()
        }),
      )
      for (let from = 0; from < made.length; from += imagesAtOnce) {
        const some = made.slice(from, from + imagesAtOnce)
        await library.datasets.addImages({
          dataset: id,
          images: some.map((bytes) => ({ image: { base64: bytes.toString('base64') }, class: name, split })),
        })
      }
    }
  }
  return id
}

const side = 64
const imagesAtOnce = 100
