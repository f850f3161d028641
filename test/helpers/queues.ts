import { Redis } from 'ioredis'
import { newPostgres } from './databases.js'

const { TEST_REDIS_URL: testRedis = 'redis://127.0.0.1:6379' } = process.env

export interface TestQueue {
  /** For the names of tests: it says so where there is no such server. */
  readonly title: string
  /** Undefined where there is no such server. */
  readonly url: string | undefined
}

/** A server for shared queues of each kind. */
export async function queueServers(redis = testRedis): Promise<readonly TestQueue[]> {
  const [reached, postgres] = await Promise.all([isReached(redis), newPostgres()])
  return [
    reached
      ? { title: 'Redis', url: redis }
      : { title: 'Redis (skipped: none is reached at TEST_REDIS_URL)', url: undefined },
    {
      title: postgres === undefined ? 'Postgres (skipped: none is reached at TEST_DATABASE_URL)' : 'Postgres',
      url: postgres,
    },
  ]
}

async function isReached(url: string): Promise<boolean> {
  const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1, retryStrategy: () => null })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return (await client.ping()) === 'PONG'
  } catch {
    return false
  } finally {
    client.disconnect()
  }
}
