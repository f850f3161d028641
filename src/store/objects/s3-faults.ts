import pRetry from 'p-retry'
import { z } from 'zod'
import { errors, reasonOf, ShotboardError } from '../../errors.js'
import { describeObject } from './object-store.js'

/** Every request may be sent twice: keys name their content, and deleting twice is deleting. */
export const retried = <T>(request: () => Promise<T>): Promise<T> =>
  pRetry(request, { retries: 3, minTimeout: 100, factor: 3, shouldRetry: ({ error }) => isPassing(error) })

/** Whether the same request may succeed in a moment: the network failed, or the server is busy. */
export function isPassing(error: unknown): boolean {
  const status = statusOf(error)
  return status === undefined ? isNetworkFault(error) : status >= 500 || status === 429
}

export const isNetworkFault = (error: unknown): boolean =>
  error instanceof Error &&
  (/fetch failed|network error/i.test(error.message) || error.name === 'TimeoutError')

/** Errors of the server or the network become STORAGE_FAILED; other errors pass unchanged. */
export async function withFaults<T>(
  doing: 'writing' | 'reading',
  key: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (statusOf(error) === undefined && !isNetworkFault(error)) throw error
    throw errors.storageFailed({ doing, what: describeObject(key), reason: describeFault(error) })
  }
}

const serviceErrorSchema = z.object({ status: z.number(), serviceCode: z.string().optional() })
const networkErrorSchema = z.object({ code: z.string() })

/** The status of an answer that refuses a request. */
export const statusOf = (error: unknown): number | undefined =>
  serviceErrorSchema.safeParse(error).data?.status

/** Why a request failed, without addresses and keys. */
export function describeFault(error: unknown): string {
  if (error instanceof ShotboardError) return error.message.replace(/\.$/, '')
  const answer = serviceErrorSchema.safeParse(error).data
  if (answer) {
    const { status, serviceCode = `status ${status}` } = answer
    if (/SignatureDoesNotMatch|InvalidAccessKeyId/.test(serviceCode))
      return `its server refuses the credentials (${serviceCode})`
    if (serviceCode === 'NoSuchBucket') return 'there is no such bucket'
    if (status === 403) return `the credentials lack a right (${serviceCode})`
    return `its server answers ${serviceCode}`
  }
  if (!isNetworkFault(error)) return reasonOf(error).replace(/\.$/, '')
  if (error instanceof Error && error.name === 'TimeoutError') return 'its server did not answer in time'
  const code = networkErrorSchema.safeParse(error).data?.code
  return `its server could not be reached${code ? ` (${code})` : ''}`
}
