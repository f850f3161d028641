import { errors } from '../../errors.js'
import { type BucketReader, type BucketReading, bucketAddress, openBucketReader } from './bucket-reader.js'
import type { BucketCredentials } from './s3-client.js'

/** The buckets that clients of a service may have read. */
export interface AllowedBuckets {
  /** Their addresses. What lies below the prefix of one may be read. */
  readonly addresses: readonly string[]
  readonly credentials: Partial<BucketCredentials>
}

/**
 * Opens a bucket that a client names. Its server is the one of the setting, so that a client can have no other server asked. Throws
 * BUCKET_NOT_ALLOWED, or as `openBucketReader`.
 */
export function openAllowedBucket(
  url: string,
  { addresses, credentials }: AllowedBuckets,
  reading: BucketReading = {},
): Promise<BucketReader> {
  const asked = bucketAddress(url)
  const isEndpointGiven = new URL(url).searchParams.has('endpoint')
  const allowed = addresses
    .map(bucketAddress)
    .find(
      ({ bucket, prefix, endpoint }) =>
        bucket === asked.bucket &&
        asked.prefix.startsWith(prefix) &&
        (!isEndpointGiven || endpoint === asked.endpoint),
    )
  if (!allowed) throw errors.bucketNotAllowed({ bucket: asked.bucket }, 'bucket')
  const { bucket, endpoint, region } = allowed
  const prefix = asked.prefix.split('/').map(encodeURIComponent).join('/')
  const own = `s3://${bucket}/${prefix}?${new URLSearchParams({ endpoint, region })}`
  return openBucketReader(own, credentials, reading)
}
