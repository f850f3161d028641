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
  let images = 0
  for await (const objects of objectsInChunks(imagesOf(reader), maxMegabytes)) {
    images += objects.length
    const read = await readObjects(reader, objects, maxMegabytes)
    yield read.map(({ key, bytes, error }) => ({
      ...{ file: `s3://${reader.address.bucket}/${key}`, path: null },
      ...{ bytes, error },
    }))
  }
  if (images === 0) {
    throw errors.bucketUnreadable({ bucket: reader.address.bucket, reason: 'no name is that of an image' })
  }
}

async function* imagesOf(reader: BucketReader): AsyncGenerator<BucketObject, void> {
  for await (const object of reader.list()) if (imageName.test(object.key)) yield object
}

/** Objects that are read together: as many as memory is bounded for, without the bytes of those that are too large to be read. */
export async function* objectsInChunks(
  objects: AsyncIterable<BucketObject>,
  maxMegabytes: number,
): AsyncGenerator<readonly BucketObject[], void> {
  let some: BucketObject[] = []
  let bytes = 0
  for await (const object of objects) {
    if (some.length >= filesPerChunk || bytes + object.bytes > bytesPerChunk) {
      if (some.length > 0) yield some
      some = []
      bytes = 0
    }
    some.push(object)
    if (object.bytes <= maxMegabytes * 2 ** 20) bytes += object.bytes
  }
  if (some.length > 0) yield some
}

/** An object's bytes, or why it cannot be read. */
export interface ReadObject {
  readonly key: string
  readonly bytes: Buffer
  readonly error: ShotboardError | null
}

/**
 * Reads objects, some at a time. `check` may throw what is wrong with one. Throws what is wrong with the bucket: BUCKET_UNREADABLE or
 * STORAGE_FAILED.
 */
export function readObjects(
  reader: BucketReader,
  objects: readonly BucketObject[],
  maxMegabytes: number,
  check: (object: BucketObject) => void = () => {},
): Promise<ReadObject[]> {
  const limit = pLimit(requestsInFlight)
  return Promise.all(
    objects.map((object) =>
      limit(async (): Promise<ReadObject> => {
        const { key } = object
        try {
          check(object)
          return { key, bytes: await readObject(reader, object, maxMegabytes), error: null }
        } catch (error) {
          if (!(error instanceof ShotboardError) || isOfBucket(error)) throw error
          return { key, bytes: Buffer.alloc(0), error }
        }
      }),
    ),
  )
}

/** Whether the bucket is at fault, and not an object alone. */
const isOfBucket = ({ code }: ShotboardError): boolean =>
  code === errors.bucketUnreadable.code || code === errors.storageFailed.code

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
