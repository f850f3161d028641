import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { OpenedLibrary } from '../../src/library/library.js'
import { atEnd } from '../helpers/at-end.js'
import { newBucket } from '../helpers/buckets.js'
import { newPostgres } from '../helpers/databases.js'
import { temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { built, root } from '../helpers/programs.js'

/** What all processes of a cluster share. */
export interface Shared {
  /** For the names of tests: it says what is missing. */
  readonly title: string
  /** Undefined where something is missing. */
  readonly environment: Record<string, string> | undefined
}

/** A new database and a new bucket, and a queue on Redis or in the database. */
export async function newShared(queue: {
  readonly title: string
  readonly url: string | undefined
}): Promise<Shared> {
  const [database, bucket] = [await newPostgres(), await newBucket()]
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
): Promise<Member> {
  const port = await freePort()
  const folder = await temporaryFolder()
  let output = ''
  let current = start()
  atEnd(async () => current.kill('SIGKILL'))

  function start(): ChildProcess {
    const child = spawn(process.execPath, [join(root, 'dist/cli/shotboard.js'), ...command], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...{ PATH: process.env.PATH, PORT: String(port), SHOTBOARD_DATA_DIR: folder },
        ...{ SHOTBOARD_DEMO: 'off', SHOTBOARD_THREADS: '1', SHOTBOARD_LOG_LEVEL: 'error' },
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
    url: `http://127.0.0.1:${port}`,
    process: () => current,
    output: () => output,
    async replace() {
      const gone = new Promise((resolve) => current.once('close', resolve))
      current.kill('SIGKILL')
      await gone
      current = start()
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

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
