import { errors } from '../errors.js'
import { type JobKind, jobKinds } from '../jobs/job.js'
import type { S3Settings } from '../store/objects/s3-objects.js'
import type { LibrarySettings } from './settings.js'

/** What several machines share. */
export interface Sharing {
  /** `redis://…`, `rediss://…` or `postgres://…`. */
  readonly queueUrl: string
  readonly bucket: S3Settings
}

/** The work that a process takes from a shared queue. */
export interface SharedWork {
  readonly kinds: readonly JobKind[]
  /** The number of jobs of a kind at the same time. */
  readonly concurrency: number
}

/** A service takes no work: it answers. */
export const noWork: SharedWork = { kinds: [], concurrency: 1 }

export const allKinds: readonly JobKind[] = jobKinds

/** Undefined for a single machine. Throws SHARING_INCOMPLETE if some of what several machines need is not set. */
export function sharingOf(settings: LibrarySettings): Sharing | undefined {
  const { queueUrl, objectsUrl, objectsKeyId, objectsSecret, databaseUrl } = settings
  if (queueUrl === undefined && objectsUrl === undefined) return undefined
  const isPostgres = !databaseUrl.startsWith('file:')
  const missing = [
    ...(queueUrl === undefined ? ['SHOTBOARD_QUEUE'] : []),
    ...(objectsUrl === undefined ? ['SHOTBOARD_OBJECTS'] : []),
    ...(objectsKeyId === undefined ? ['AWS_ACCESS_KEY_ID'] : []),
    ...(objectsSecret === undefined ? ['AWS_SECRET_ACCESS_KEY'] : []),
    ...(isPostgres ? [] : ['DATABASE_URL with postgres://']),
  ]
  if (
    missing.length > 0 ||
    queueUrl === undefined ||
    objectsUrl === undefined ||
    objectsKeyId === undefined ||
    objectsSecret === undefined
  )
    throw errors.sharingIncomplete({ missing })
  return {
    queueUrl: queueUrl === 'postgres' ? databaseUrl : queueUrl,
    bucket: { url: objectsUrl, accessKeyId: objectsKeyId, secretAccessKey: objectsSecret },
  }
}
