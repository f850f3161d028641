import { basename } from 'node:path'
import { errors } from '../../errors.js'
import { isHidden, type Source, type SourceFile, type SourceLimits } from '../../sources/source.js'
import { type BucketObject, openBucketReader } from '../../store/objects/bucket-reader.js'
import type { BucketCredentials } from '../../store/objects/s3-client.js'
import { throwIfCancelled } from '../../system/abort.js'
import { readObject } from '../bucket-files.js'

/** Objects that are read before they are asked for. */
const readsAhead = 8

/**
 * The objects of a bucket below a prefix, as a folder would be. The part of the keys that all have, up to the last `/` of the prefix,
 * is no part of their paths. Throws INVALID_VALUE, BUCKET_UNREADABLE, or BUCKET_EMPTY.
 */
export async function openBucketSource(
  url: string,
  credentials: Partial<BucketCredentials>,
  { maxImportedFileMegabytes }: Pick<SourceLimits, 'maxImportedFileMegabytes'>,
): Promise<Source> {
  const reader = await openBucketReader(url, credentials)
  const { bucket, prefix } = reader.address
  const above = prefix.slice(0, prefix.lastIndexOf('/') + 1)
  const objects = new Map<string, BucketObject>()

  async function files(signal?: AbortSignal): Promise<readonly SourceFile[]> {
    objects.clear()
    for await (const object of reader.list()) {
      throwIfCancelled(signal)
      const path = object.key.slice(above.length)
      if (!isHidden(path)) objects.set(path, object)
    }
    if (objects.size === 0) throw errors.bucketEmpty(reader.address)
    return [...objects.keys()].map((path, at) => ({ path, at }))
  }

  const read = async ({ path }: SourceFile): Promise<Buffer> => {
    const object = objects.get(path)
    if (!object) throw errors.invalidImage({ reason: 'it is not in the bucket' })
    return readObject(reader, object, maxImportedFileMegabytes)
  }

  return {
    name: basename(above) || bucket,
    files,
    async *readers(wanted) {
      const reading: Promise<Buffer>[] = []
      for (const [i] of wanted.entries()) {
        for (const file of wanted.slice(i + reading.length, i + readsAhead)) {
          const bytes = read(file)
          // An error is thrown when its file is asked for.
          bytes.catch(() => undefined)
          reading.push(bytes)
        }
        const next = reading.shift() as Promise<Buffer>
        yield () => next
      }
    },
    invalid: (reason) => errors.bucketUnreadable({ bucket, reason: reason.replace(/\.$/, '') }),
    close: () => Promise.resolve(),
  }
}
