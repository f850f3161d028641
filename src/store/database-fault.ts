import { z } from 'zod'
import { errors, reasonOf, type ShotboardError } from '../errors.js'

/** The parts of an error of Prisma and its driver adapters that are used here. */
const detailsSchema = z.object({
  code: z.string().optional().catch(undefined),
  meta: z
    .object({
      driverAdapterError: z
        .object({
          cause: z
            .object({
              kind: z.string().optional().catch(undefined),
              originalCode: z.string().optional().catch(undefined),
              originalMessage: z.string().optional().catch(undefined),
            })
            .optional()
            .catch(undefined),
        })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
})

/** Reasons for a database fault, without addresses, by the text of the error. */
const faults: readonly [pattern: RegExp, reason: string][] = [
  [/SQLITE_(BUSY|LOCKED)|database is locked/, 'another process has locked it'],
  [/SQLITE_(IOERR|CANTOPEN|READONLY|PERM)/, 'its file cannot be read or written'],
  [/SQLITE_(CORRUPT|NOTADB)/, 'its file is damaged'],
  // Postgres: too many connections, out of memory, shutting down or starting up, and connections that fail.
  [/\b(53[234]00|TooManyConnections)\b/, 'it accepts no more connections'],
  [/\b(57P0[1235]|25006)\b/, 'it is shutting down or starting up'],
  [/\b(P1001|DatabaseNotReachable|ECONNREFUSED|ENOTFOUND|EHOSTUNREACH)\b/, 'it could not be reached'],
  [
    /\b(P1002|P1008|P2024|P2028|SocketTimeout|ETIMEDOUT)\b|timeout exceeded|connection timeout/i,
    'it did not answer in time',
  ],
  [
    /\b(08[0-9A-Z]{3}|P1017|ConnectionClosed|ECONNRESET|EPIPE)\b|connection terminated|connection error|not queryable|connection ended/i,
    'the connection to it was lost',
  ],
]

/** DISK_FULL or DATABASE_UNAVAILABLE if the database is at fault, not the query; undefined for other errors. */
export function databaseFaultOf(error: unknown): ShotboardError | undefined {
  const details = detailsSchema.safeParse(error).data
  const cause = details?.meta?.driverAdapterError?.cause
  const parts = [details?.code, cause?.kind, cause?.originalCode, cause?.originalMessage].filter(
    (each) => each !== undefined,
  )
  // A message may quote the statement, and so contain any word. Use it only for errors without a code.
  const text = (parts.length > 0 ? parts : [reasonOf(error)]).join(' ')
  if (/SQLITE_FULL|\b53100\b/.test(text)) return errors.diskFull({ what: 'the database' })
  const fault = faults.find(([pattern]) => pattern.test(text))
  return fault && errors.databaseUnavailable({ reason: fault[1] })
}

/** Wraps a repository, so that it throws `databaseFaultOf` its errors. */
export function withDatabaseErrors<T extends object>(repository: T): T {
  const wrapped = Object.entries(repository).map(([name, operation]) => [
    name,
    async (...parameters: unknown[]) => {
      try {
        return await operation(...parameters)
      } catch (error) {
        throw databaseFaultOf(error) ?? error
      }
    },
  ])
  return Object.fromEntries(wrapped)
}
