import { errors } from '../../errors.js'
import { type BucketAddress, type BucketCredentials, openS3Client, parseBucketAddress } from './s3-client.js'
import { describeFault, isNetworkFault, isPassing, retried, statusOf } from './s3-faults.js'

/** An object of a bucket. */
export interface BucketObject {
  readonly key: string
  readonly bytes: number
}

/** Reads what lies below a prefix of a bucket, and writes nothing. */
export interface BucketReader {
  readonly address: BucketAddress
  /**
   * The objects in the order of their keys, bytewise, from the first key above `after`. They are listed a page at a time. Folders that
   * consoles make are left out. Throws BUCKET_UNREADABLE.
   */
  list(after?: string): AsyncGenerator<BucketObject, void>
  /** The bytes of an object; undefined if it is gone. Throws BUCKET_UNREADABLE. */
  read(key: string): Promise<Buffer | undefined>
}

export interface BucketReading {
  readonly forJob?: boolean
}

const objectsPerPage = 1000

/**
 * Opens a bucket to read what lies below the prefix of an address. Asks for nothing yet. A server that cannot be reached now is
 * BUCKET_UNREADABLE, too, or STORAGE_FAILED for jobs, which are then tried again. Throws INVALID_VALUE for an address that is none,
 * and BUCKET_UNREADABLE without credentials.
 */
export async function openBucketReader(
  url: string,
  credentials: Partial<BucketCredentials>,
  { forJob = false }: BucketReading = {},
): Promise<BucketReader> {
  const address = bucketAddress(url)
  const { accessKeyId, secretAccessKey } = credentials
  if (!accessKeyId || !secretAccessKey) {
    const reason = 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set'
    throw errors.bucketUnreadable({ bucket: address.bucket, reason })
  }
  const client = await openS3Client(address, { accessKeyId, secretAccessKey })
  const asked = <T>(work: () => Promise<T>): Promise<T> => withReasons(address.bucket, forJob, work)
  return {
    address,
    async *list(after) {
      let token: string | undefined
      let start = after
      do {
        const page = await asked(() =>
          client.listObjectsPaged(
            ...(['/', address.prefix, objectsPerPage, token] as const),
            start === undefined ? {} : { 'start-after': start },
          ),
        )
        if (!page)
          throw errors.bucketUnreadable({ bucket: address.bucket, reason: 'there is no such bucket' })
        for (const { Key: key, Size: bytes } of page.objects ?? []) {
          if (!key.endsWith('/')) yield { key, bytes: Number(bytes) }
        }
        token = page.nextContinuationToken
        start = undefined
      } while (token)
    },
    read: (key) =>
      asked(async () => {
        const bytes = await client.getObjectArrayBuffer(key)
        return bytes === null ? undefined : Buffer.from(bytes)
      }),
  }
}

/** Throws INVALID_VALUE for an address that is none. */
export function bucketAddress(url: string): BucketAddress {
  try {
    return parseBucketAddress(url)
  } catch {
    const reason = `Give s3://BUCKET/PREFIX, with ?endpoint=URL for a server other than Amazon S3, not ${url}.`
    throw errors.invalidValue({ reason }, 'bucket')
  }
}

/** Compares keys as buckets order them. */
export const byKey = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

async function withReasons<T>(bucket: string, forJob: boolean, work: () => Promise<T>): Promise<T> {
  try {
    return await retried(work)
  } catch (error) {
    if (statusOf(error) === undefined && !isNetworkFault(error)) throw error
    const reason = describeFault(error)
    if (forJob && isPassing(error))
      throw errors.storageFailed({ doing: 'reading', what: `the bucket ${bucket}`, reason })
    throw errors.bucketUnreadable({ bucket, reason })
  }
}
