import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { OpenedLibrary } from '../../src/library/library.js'
import { atEnd } from '../helpers/at-end.js'
import { newBucket } from '../helpers/buckets.js'
import { newPostgres } from '../helpers/databases.js'
import { temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { built, root } from '../helpers/programs.js'
import { freePort } from './free-port.js'
import type { OwnNetwork } from './network.js'
import { type OwnServer, ownPostgres, ownRedis, ownS3 } from './own-servers.js'

/** The servers that the tests have started; where one is missing, that of the environment takes its place. */
export interface Servers {
  readonly redis: OwnServer | undefined
  readonly postgres: Pick<OwnServer, 'url'> | undefined
  readonly s3: OwnServer | undefined
}

export async function startServers(): Promise<Servers> {
  if (!built) return { redis: undefined, postgres: undefined, s3: undefined }
  const [redis, postgres, s3] = await Promise.all([ownRedis(), ownPostgres(), ownS3()])
  return { redis, postgres, s3 }
}

/** What all processes of a cluster share. */
export interface Shared {
  /** For the names of tests: it says what is missing. */
  readonly title: string
  /** Undefined where something is missing. */
  readonly environment: Record<string, string> | undefined
}

/** A new database and a new bucket, and a queue on Redis or in the database. */
export async function newShared(
  queue: { readonly title: string; readonly url: string | undefined },
  { postgres, s3 }: Servers,
): Promise<Shared> {
  const [database, bucket] = [await newPostgres(postgres?.url), await newBucket(s3?.url)]
  const missing = [
    ...(built ? [] : ['a build (npm run build)']),
    ...(database === undefined ? ['Postgres (TEST_DATABASE_URL)'] : []),
    ...(bucket.settings ? [] : ['an S3 server (TEST_S3_ENDPOINT)']),
    ...(queue.url === undefined ? ['the queue'] : []),
  ]
  const title = `${queue.title}${missing.length > 0 ? ` (skipped: no ${missing.join(', no ')})` : ''}`
  if (missing.length > 0 || !database || !bucket.settings || !queue.url)
    return { title, environment: undefined }
  const { url, accessKeyId, secretAccessKey } = bucket.settings
  return {
    title,
    environment: {
      ...{ DATABASE_URL: database, SHOTBOARD_QUEUE: queue.url, SHOTBOARD_OBJECTS: url },
      ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    },
  }
}

/** A process of a cluster, which can be killed and comes back with the same data folder and port. */
export interface Member {
  readonly name: string
  readonly url: string
  /** The process that runs now. */
  process(): ChildProcess
  /** Kills the process at once, and starts another. */
  replace(): Promise<void>
  /** Ends the process in order. */
  stop(): Promise<void>
  /** What its processes have printed. */
  output(): string
}

const running = new Set<Member>()

/** Ends all processes: a database takes only so many connections. */
export async function stopMembers(): Promise<void> {
  await Promise.all(
    [...running].map(async (member) => {
      running.delete(member)
      const child = member.process()
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = new Promise((resolve) => child.once('close', resolve))
      child.kill('SIGKILL')
      await gone
    }),
  )
}

export async function startMember(
  name: string,
  command: readonly string[],
  environment: Record<string, string>,
  network?: OwnNetwork,
): Promise<Member> {
  const port = await freePort()
  const folder = await temporaryFolder()
  let output = ''
  let current = start()
  atEnd(async () => current.kill('SIGKILL'))

  function start(): ChildProcess {
    const words = [
      ...(network?.prefix ?? []),
      process.execPath,
      join(root, 'dist/cli/shotboard.js'),
      ...command,
    ]
    const child = spawn(words[0] ?? '', words.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...{ PATH: process.env.PATH, PORT: String(port), SHOTBOARD_DATA_DIR: folder },
        ...{ SHOTBOARD_DEMO: 'off', SHOTBOARD_THREADS: '1', SHOTBOARD_LOG_LEVEL: 'error' },
        ...(network && { HOST: '0.0.0.0', SHOTBOARD_ALLOWED_HOSTS: network.address }),
        ...environment,
      },
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk
      })
    }
    return child
  }

  const member: Member = {
    name,
    url: `http://${network?.address ?? '127.0.0.1'}:${port}`,
    process: () => current,
    output: () => output,
    async replace() {
      const gone = new Promise((resolve) => current.once('close', resolve))
      current.kill('SIGKILL')
      await gone
      current = start()
    },
    async stop() {
      const gone = new Promise((resolve) => current.once('close', resolve))
      current.kill('SIGTERM')
      await gone
    },
  }
  running.add(member)
  return member
}

/** Resolves once a member says that it is ready. */
export async function isReady({ name, url, output }: Member): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const response = await fetch(`${url}/readyz`).catch(() => undefined)
    if (response?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${name} is not ready: ${output()}`)
}

/** A library of this process in the cluster, which takes no work. */
export const openMember = async (environment: Record<string, string>): Promise<OpenedLibrary> =>
  openTestLibrary(await temporaryFolder(), environment, () => undefined)

/** The environment of a process in a network of its own: it reaches every server through its cable. */
export async function throughCable(
  environment: Record<string, string>,
  { reach }: OwnNetwork,
): Promise<Record<string, string>> {
  const { DATABASE_URL = '', SHOTBOARD_QUEUE = '', SHOTBOARD_OBJECTS = '' } = environment
  const [bucket, endpoint = ''] = SHOTBOARD_OBJECTS.split('?endpoint=')
  const s3 = (await reach(endpoint)).replace(/\/$/, '')
  return {
    ...environment,
    DATABASE_URL: await reach(DATABASE_URL),
    SHOTBOARD_QUEUE: SHOTBOARD_QUEUE === 'postgres' ? SHOTBOARD_QUEUE : await reach(SHOTBOARD_QUEUE),
    SHOTBOARD_OBJECTS: `${bucket}?endpoint=${s3}`,
  }
}
