import { randomUUID } from 'node:crypto'
import { S3mini } from 's3mini'
import type { S3Settings } from '../../src/store/objects/s3-objects.js'
import { atEnd } from './at-end.js'

const {
  TEST_S3_ENDPOINT: testEndpoint = 'http://127.0.0.1:8085',
  TEST_S3_ACCESS_KEY_ID: accessKeyId = 'test:tester',
  TEST_S3_SECRET_ACCESS_KEY: secretAccessKey = 'testing',
} = process.env

export interface TestBucket {
  /** For the names of tests: it says so where there is no server. */
  readonly title: string
  /** Undefined where there is no server. */
  readonly settings: S3Settings | undefined
}

/** A server that the tests have just started may be slow to its first answers on a busy machine. */
const maxTries = 5

/** A new bucket, emptied and deleted when the tests of the file have run. */
export async function newBucket(endpoint = testEndpoint): Promise<TestBucket> {
  const name = `shotboard-${randomUUID()}`
  const client = new S3mini({
    ...{ accessKeyId, secretAccessKey, region: 'us-east-1', requestAbortTimeout: 10_000 },
    endpoint: `${endpoint}/${name}`,
  })
  const exists = () => client.bucketExists().catch(() => false)
  const isOwn = endpoint !== testEndpoint
  let made = false
  for (let tries = 0; !made && tries < (isOwn ? maxTries : 1); tries++) {
    // An answer that was lost leaves the bucket.
    made = (await client.createBucket().catch(() => false)) || (tries > 0 && (await exists()))
  }
  if (!made && isOwn) throw new Error(`The S3 server at ${endpoint} makes no bucket.`)
  if (!made) return { title: 'S3 (skipped: no server is reached at TEST_S3_ENDPOINT)', settings: undefined }
  atEnd(async () => {
    for (const { Key } of (await client.listObjects()) ?? []) await client.deleteObject(Key)
  })
  return { title: 'S3', settings: { url: `s3://${name}?endpoint=${endpoint}`, accessKeyId, secretAccessKey } }
}
