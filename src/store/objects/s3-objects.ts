import { randomUUID } from 'node:crypto'
import pLimit from 'p-limit'
import type { S3mini, UploadPart } from 's3mini'
import { errors } from '../../errors.js'
import { type ObjectStore, piecesOf, type StoredObject } from './object-store.js'
import { openS3Client, parseBucketAddress } from './s3-client.js'
import { describeFault, retried, statusOf, withFaults } from './s3-faults.js'

export interface S3Settings {
  /** `s3://BUCKET`, with `?endpoint=` for a server other than Amazon's, and `&region=`. */
  readonly url: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Every part of a large object but the last has this size. S3 takes at least 5 MiB, and 10,000 parts. */
const partBytes = 16 * 2 ** 20
/** Requests that are open at the same time when many objects are deleted. */
const requestsInFlight = 16
const objectsPerPage = 1000

/**
 * Objects in a bucket of Amazon S3 or a compatible server. Throws OBJECTS_UNAVAILABLE if the bucket cannot be listed, written
 * and read: unreachable, missing, or without rights.
 */
export async function openS3Objects(settings: S3Settings): Promise<ObjectStore> {
  const address = parseBucketAddress(settings.url)
  const { bucket } = address
  const client = await openS3Client(address, settings)
  const objects = createS3Objects(client)
  try {
    await checkRights(client, objects)
  } catch (error) {
    throw errors.objectsUnavailable({ bucket, reason: describeFault(error) })
  }
  return objects
}

async function checkRights(client: S3mini, objects: ObjectStore): Promise<void> {
  if ((await client.listObjects('/', '', 1)) === null) throw new Error('there is no such bucket')
  const probe = `probes/${randomUUID()}`
  await objects.put(probe, Buffer.from(probe))
  const read = await objects.get(probe)
  await objects.delete([probe])
  if (read?.toString() !== probe) throw new Error('it does not return what was written')
}

function createS3Objects(client: S3mini): ObjectStore {
  async function putLarge(key: string, pieces: AsyncIterator<Uint8Array>, first: Buffer): Promise<void> {
    const upload = await client.getMultipartUploadId(key)
    try {
      const parts: UploadPart[] = []
      for (let part = first; part.length > 0; part = await nextPart(pieces)) {
        const number = parts.length + 1
        parts.push(await retried(() => client.uploadPart(key, upload, part, number)))
      }
      await client.completeMultipartUpload(key, upload, parts)
    } catch (error) {
      await client.abortMultipartUpload(key, upload).catch(() => undefined)
      throw error
    }
  }

  async function* listPages(prefix: string): AsyncGenerator<StoredObject> {
    let token: string | undefined
    do {
      const page = await retried(() => client.listObjectsPaged('/', prefix, objectsPerPage, token))
      for (const { Key: key, Size: bytes, LastModified: modified } of page?.objects ?? []) {
        yield { key, bytes: Number(bytes), modified: new Date(modified) }
      }
      token = page?.nextContinuationToken
    } while (token)
  }

  return {
    async put(key, content) {
      const pieces = piecesOf(content)
      await withFaults('writing', key, async () => {
        if (content instanceof Uint8Array && content.length <= partBytes) {
          await retried(() => client.putObject(key, content))
          return
        }
        const first = await nextPart(pieces)
        if (first.length < partBytes) await retried(() => client.putObject(key, first))
        else await putLarge(key, pieces, first)
      })
    },
    get: (key) =>
      withFaults('reading', key, async () => {
        const bytes = await retried(() => client.getObjectArrayBuffer(key))
        return bytes === null ? undefined : Buffer.from(bytes)
      }),
    range: (key, from, length) =>
      withFaults('reading', key, async () => {
        if (length === 0) return (await client.objectExists(key)) ? Buffer.alloc(0) : undefined
        return retried(async () => {
          try {
            const response = await client.getObjectRaw(key, false, from, from + length)
            return Buffer.from(await response.arrayBuffer()).subarray(0, length)
          } catch (error) {
            const status = statusOf(error)
            if (status === 404) return undefined
            // The range starts past the end.
            if (status === 416) return Buffer.alloc(0)
            throw error
          }
        })
      }),
    async delete(keys) {
      const limit = pLimit(requestsInFlight)
      await Promise.all(
        keys.map((key) =>
          limit(() => withFaults('writing', key, () => retried(() => client.deleteObject(key)))),
        ),
      )
    },
    async *list(prefix) {
      const pages = listPages(prefix)
      while (true) {
        const next = await withFaults('reading', prefix, () => pages.next())
        if (next.done) return
        yield next.value
      }
    },
  }
}

/** The next part of a content: `partBytes` or, at the end, fewer bytes. */
async function nextPart(pieces: AsyncIterator<Uint8Array>): Promise<Buffer> {
  const collected: Uint8Array[] = []
  let bytes = 0
  while (bytes < partBytes) {
    const next = await pieces.next()
    if (next.done) break
    collected.push(next.value)
    bytes += next.value.length
  }
  return Buffer.concat(collected, bytes)
}
