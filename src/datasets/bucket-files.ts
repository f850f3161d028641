import pLimit from 'p-limit'
import { errors, ShotboardError } from '../errors.js'
import { type ImageFilesOf, oneAhead, type ReadFile } from '../sources/image-files-of.js'
import { imageName } from '../sources/image-name.js'
import type { SourceLimits } from '../sources/source.js'
import { type BucketObject, type BucketReader, openBucketReader } from '../store/objects/bucket-reader.js'
import type { BucketCredentials } from '../store/objects/s3-client.js'

/** Whether a path is the address of a bucket. */
export const isBucket = (path: string): boolean => path.startsWith('s3://')

const filesPerChunk = 64
const bytesPerChunk = 64 * 2 ** 20
const requestsInFlight = 16

/**
 * The images of a bucket below a prefix, listed a page at a time while they are read. Their number is counted meanwhile. Throws
 * INVALID_VALUE, BUCKET_UNREADABLE, or BUCKET_EMPTY.
 */
export async function bucketFilesOf(
  url: string,
  credentials: Partial<BucketCredentials>,
  { maxImportedFileMegabytes }: Pick<SourceLimits, 'maxImportedFileMegabytes'>,
): Promise<ImageFilesOf> {
  const reader = await openBucketReader(url, credentials)
  const { value: first } = await reader.list().next()
  if (!first) throw errors.bucketEmpty(reader.address)
  const counted = { images: 0, others: 0 }
  let closed = false
  void count().catch(() => {
    // Who reads meets the error, too.
  })

  async function count(): Promise<void> {
    for await (const { key } of reader.list()) {
      if (closed) return
      if (imageName.test(key)) counted.images += 1
      else counted.others += 1
    }
  }

  return {
    get total() {
      return counted.images
    },
    get others() {
      return counted.others
    },
    chunks: oneAhead(chunksOf(reader, maxImportedFileMegabytes)),
    async close() {
      closed = true
    },
  }
}

async function* chunksOf(
  reader: BucketReader,
  maxMegabytes: number,
): AsyncGenerator<readonly ReadFile[], void> {
  let objects: BucketObject[] = []
  let bytes = 0
  let images = 0
  for await (const object of reader.list()) {
    if (!imageName.test(object.key)) continue
    images += 1
    if (objects.length >= filesPerChunk || bytes + object.bytes > bytesPerChunk) {
      if (objects.length > 0) yield await readAll(reader, objects, maxMegabytes)
      objects = []
      bytes = 0
    }
    objects.push(object)
    if (object.bytes <= maxMegabytes * 2 ** 20) bytes += object.bytes
  }
  if (objects.length > 0) yield await readAll(reader, objects, maxMegabytes)
  if (images === 0) {
    throw errors.bucketUnreadable({ bucket: reader.address.bucket, reason: 'no name is that of an image' })
  }
}

function readAll(
  reader: BucketReader,
  objects: readonly BucketObject[],
  maxMegabytes: number,
): Promise<ReadFile[]> {
  const limit = pLimit(requestsInFlight)
  return Promise.all(
    objects.map((object) =>
      limit(async (): Promise<ReadFile> => {
        const file = `s3://${reader.address.bucket}/${object.key}`
        try {
          const bytes = await readObject(reader, object, maxMegabytes)
          return { file, path: null, bytes, error: null }
        } catch (error) {
          if (!(error instanceof ShotboardError) || error.code === errors.bucketUnreadable.code) throw error
          return { file, path: null, bytes: Buffer.alloc(0), error }
        }
      }),
    ),
  )
}

/** Throws FILE_TOO_LARGE, INVALID_IMAGE for one that is gone, or BUCKET_UNREADABLE. */
export async function readObject(
  reader: BucketReader,
  { key, bytes }: BucketObject,
  maxMegabytes: number,
): Promise<Buffer> {
  if (bytes > maxMegabytes * 2 ** 20) throw errors.fileTooLarge({ megabytes: maxMegabytes })
  const content = await reader.read(key)
  if (!content) throw errors.invalidImage({ reason: 'it is no longer in the bucket' })
  return content
}
