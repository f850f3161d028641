import type { S3mini } from 's3mini'

export interface BucketAddress {
  readonly bucket: string
  /** What the keys begin with; empty for all. */
  readonly prefix: string
  readonly endpoint: string
  readonly region: string
}

export interface BucketCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

const msPerRequest = 60_000

/** `s3://BUCKET/PREFIX`, with `?endpoint=` for a server other than Amazon's, and `&region=`. Throws a TypeError. */
export function parseBucketAddress(text: string): BucketAddress {
  const url = new URL(text)
  if (url.protocol !== 's3:' || url.hostname === '') throw new TypeError('It is no s3:// address.')
  const region = url.searchParams.get('region') ?? 'us-east-1'
  const endpoint = url.searchParams.get('endpoint') ?? `https://s3.${region}.amazonaws.com`
  if (!/^https?:$/.test(new URL(endpoint).protocol)) throw new TypeError('Its endpoint is no http address.')
  const prefix = decodeURIComponent(url.pathname.replace(/^\//, ''))
  return { bucket: url.hostname, prefix, endpoint: endpoint.replace(/\/$/, ''), region }
}

/** Loaded on demand, because most installations have no bucket. */
export async function openS3Client(
  { bucket, endpoint, region }: BucketAddress,
  credentials: BucketCredentials,
): Promise<S3mini> {
  const { S3mini: Client } = await import('s3mini')
  return new Client({
    accessKeyId: credentials.accessKeyId,
    secretAccessKey: credentials.secretAccessKey,
    endpoint: `${endpoint}/${bucket}`,
    region,
    requestAbortTimeout: msPerRequest,
  })
}
