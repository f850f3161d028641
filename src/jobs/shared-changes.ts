import { Client as PostgresClient } from 'pg'
import { type Changes, createChanges } from './changes.js'

/** Carries the ids of changed records between processes. An id may be lost. */
interface Channel {
  send(id: string): Promise<void>
  close(): Promise<void>
}

export interface SharedChanges extends Changes {
  close(): Promise<void>
}

export interface SharedChangesOptions {
  /** `redis://…`, `rediss://…` or `postgres://…`. */
  readonly url: string
  /** Tells different libraries on one server apart. */
  readonly name: string
  readonly onFault: (error: unknown) => void
}

/** A process that dies after a write tells nobody, so watchers look this often anyway. */
const msBetweenLooks = 3000
const msBeforeConnectingAgain = 1000

/** Changes that every process hears of which other processes make. Watchers read the state again, so what is lost is only late. */
export async function openSharedChanges(options: SharedChangesOptions): Promise<SharedChanges> {
  const changes = createChanges()
  const watched = new Map<string, number>()
  const open = /^rediss?:/.test(options.url) ? openRedisChannel : openPostgresChannel
  const channel = await open(options, changes.publish)
  const timer = setInterval(() => {
    for (const id of watched.keys()) changes.publish(id)
  }, msBetweenLooks)
  timer.unref()
  return {
    publish(id) {
      changes.publish(id)
      channel.send(id).catch(options.onFault)
    },
    watch(id, onChange) {
      watched.set(id, (watched.get(id) ?? 0) + 1)
      const unwatch = changes.watch(id, onChange)
      let stopped = false
      return () => {
        unwatch()
        if (stopped) return
        stopped = true
        const others = (watched.get(id) ?? 1) - 1
        if (others > 0) watched.set(id, others)
        else watched.delete(id)
      }
    },
    watchers: changes.watchers,
    async close() {
      clearInterval(timer)
      await channel.close()
    },
  }
}

async function openRedisChannel(
  { url, name, onFault }: SharedChangesOptions,
  onId: (id: string) => void,
): Promise<Channel> {
  const { Redis } = await import('ioredis')
  const topic = `shotboard-${name}-changes`
  const [sender, listener] = [
    new Redis(url, { maxRetriesPerRequest: 1 }),
    new Redis(url, { maxRetriesPerRequest: null }),
  ]
  for (const client of [sender, listener]) client.on('error', onFault)
  listener.on('message', (_, id) => onId(id))
  await listener.subscribe(topic)
  return {
    async send(id) {
      await sender.publish(topic, id)
    },
    async close() {
      sender.disconnect()
      listener.disconnect()
    },
  }
}

async function openPostgresChannel(
  { url, name, onFault }: SharedChangesOptions,
  onId: (id: string) => void,
): Promise<Channel> {
  const topic = `shotboard_${name.replaceAll('-', '')}`
  let closed = false
  let client = await connect()

  async function connect(): Promise<PostgresClient> {
    const opened = new PostgresClient({ connectionString: url, keepAlive: true })
    opened.on('notification', ({ payload }) => {
      if (payload) onId(payload)
    })
    opened.on('error', (error) => {
      onFault(error)
      setTimeout(reconnect, msBeforeConnectingAgain).unref()
    })
    await opened.connect()
    await opened.query(`LISTEN "${topic}"`)
    return opened
  }
  function reconnect(): void {
    if (closed) return
    connect().then(
      (opened) => {
        client = opened
      },
      (error: unknown) => {
        onFault(error)
        setTimeout(reconnect, msBeforeConnectingAgain).unref()
      },
    )
  }

  return {
    async send(id) {
      await client.query('SELECT pg_notify($1, $2)', [topic, id])
    },
    async close() {
      closed = true
      await client.end()
    },
  }
}
