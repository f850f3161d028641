import { join } from 'node:path'
import type { OpenedLibrary } from '../../src/library/library.js'
import { startServer } from '../../src/server.js'
import { readSettings, type Settings } from '../../src/settings/settings.js'
import { openDatabase } from '../../src/store/database.js'
import { atEnd, type OnEnd } from './at-end.js'
import { type Counts, countRows } from './counts.js'
import { filesBelow, temporaryFolder } from './folder.js'
import { outsiders } from './plugins.js'
import { atWorkerEnd } from './shared.js'
import { withWholeLists } from './whole-lists.js'

/** An error as GraphQL sends it. */
export interface Problem {
  readonly message: string
  readonly extensions: { readonly code: string; readonly argument?: string }
}

export interface Answer<T = unknown> {
  readonly status: number
  readonly headers: Headers
  readonly data?: T | null
  readonly errors?: readonly Problem[]
}

/** Shotboard behind its HTTP API, on a folder of its own, until the tests of the file have run. */
export interface TestServer {
  readonly url: string
  readonly library: OpenedLibrary
  readonly settings: Settings
  /** Closes it before the tests of the file have run. */
  close(): Promise<void>
  /** The data of an operation that must go well. */
  query<T>(operation: string, variables?: object): Promise<T>
  /** As `query`, with the lists that come whole as arrays. */
  read<T>(operation: string, variables?: object): Promise<T>
  /** The answer to an operation, whatever it is. */
  ask<T>(operation: string, variables?: object): Promise<Answer<T>>
  /** As `ask`, as a multipart request: `files` by the path of the variable that each stands for. */
  upload<T>(operation: string, variables: object, files: Readonly<Record<string, Buffer>>): Promise<Answer<T>>
  /** The answer to any request to the endpoint. */
  send<T>(request: RequestInit): Promise<Answer<T>>
  /** How many rows each table has, and how many files stand for images. */
  counts(): Promise<Counts>
}

/** A server for one test file. */
export const startTestServer = (environment: Record<string, string> = {}): Promise<TestServer> =>
  start(environment, atEnd)

const shared = new Map<string, Promise<TestServer>>()

/**
 * The server that the test files of a worker share, or the one that also has the plugin `outsiders`. Files that change
 * settings, close the server or count what is there start their own.
 */
export function sharedServer(plugin?: 'outsiders'): Promise<TestServer> {
  const server = shared.get(plugin ?? '') ?? startShared(plugin)
  shared.set(plugin ?? '', server)
  return server
}

async function startShared(plugin?: 'outsiders'): Promise<TestServer> {
  return start(plugin ? { SHOTBOARD_PLUGINS: await outsiders(atWorkerEnd) } : {}, atWorkerEnd)
}

/** Starts a server; `onEnd` takes the steps that end it. */
async function start(environment: Record<string, string>, onEnd: OnEnd): Promise<TestServer> {
  const settings = readSettings({
    PORT: '0',
    SHOTBOARD_LOG_LEVEL: 'silent',
    SHOTBOARD_DATA_DIR: await temporaryFolder(onEnd),
    SHOTBOARD_THREADS: '1',
    ...environment,
  })
  const server = await startServer(settings)
  const { url, library } = server
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= server.close()
    return closed
  }
  const database = await openDatabase(settings.databaseUrl)
  onEnd(database.close)
  onEnd(close)

  async function send<T>(request: RequestInit): Promise<Answer<T>> {
    const response = await fetch(`${url}/graphql`, { method: 'POST', ...request })
    const body = (await response.json()) as Pick<Answer<T>, 'data' | 'errors'>
    return { status: response.status, headers: response.headers, ...body }
  }

  const ask = <T>(query: string, variables: object = {}) =>
    send<T>({
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    })

  async function query<T>(operation: string, variables?: object): Promise<T> {
    const { data, errors } = await ask<T>(operation, variables)
    if (errors || data == null) throw new Error(`${operation}: ${JSON.stringify(errors)}`)
    return data
  }

  return {
    url,
    library,
    settings,
    close,
    ask,
    send,
    query,
    read: async <T>(operation: string, variables?: object) =>
      withWholeLists(await query<T>(operation, variables)),
    upload(query, variables, files) {
      const form = new FormData()
      const paths = Object.keys(files)
      form.set('operations', JSON.stringify({ query, variables }))
      form.set('map', JSON.stringify(Object.fromEntries(paths.map((path, i) => [i, [`variables.${path}`]]))))
      for (const [i, file] of Object.values(files).entries()) {
        form.set(String(i), new Blob([new Uint8Array(file)]), `${i}.png`)
      }
      return send({ headers: { 'apollo-require-preflight': 'true' }, body: form })
    },
    async counts() {
      const imageFiles = await filesBelow(join(settings.dataDirectory, 'images'))
      return { ...(await countRows(database)), imageFiles: imageFiles.length }
    },
  }
}
