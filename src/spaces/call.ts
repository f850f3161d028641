import { errors, reasonOf, ShotboardError } from '../errors.js'
import { withTimeLimit } from '../system/time-limit.js'
import type { Matrix } from '../tensor/matrix.js'
import { builtinName, type Origin } from './origin.js'

/** What is called, for errors: `method own`, or `space own`. */
export interface Called {
  readonly what: string
  readonly origin: Origin | undefined
}

/** Whether it is built in, and known to write to nothing that it shares. */
export const isTrusted = ({ origin }: { readonly origin?: Origin | undefined }): boolean =>
  origin?.plugin === builtinName

/** Calls what a plugin has written. Throws PLUGIN_FAILED, naming it, if it throws or takes too long. */
export async function callPlugin<T>(called: Called, call: () => Promise<T>): Promise<T> {
  if (isTrusted(called)) return call()
  const { secondsPerCall = defaultSecondsPerCall } = called.origin ?? {}
  const late = () =>
    failed(
      called,
      `it took longer than ${secondsPerCall} s, the limit for one call (SHOTBOARD_PLUGIN_CALL_SECONDS)`,
    )
  try {
    return await withTimeLimit(call(), secondsPerCall, late)
  } catch (error) {
    // What it makes of Shotboard's own functions may be wrong too, as a method that it defines.
    if (error instanceof ShotboardError && error.code !== 'INVALID_PLUGIN') throw error
    throw Object.assign(failed(called, reasonOf(error)), { cause: error })
  }
}

/** The limit of a method or a space that no registry has registered, such as one under test. */
export const defaultSecondsPerCall = 600

/** Throws PLUGIN_FAILED if there is a fault in what it gave. */
export function requireNoFault(called: Called, fault: string | undefined): void {
  if (fault !== undefined) throw failed(called, fault)
}

/** Longer ones are cut. */
const maxReason = 2000

const failed = ({ what, origin }: Called, reason: string): ShotboardError =>
  errors.pluginFailed({ plugin: origin?.plugin, what, reason: reason.slice(0, maxReason) })

/** What is wrong with a matrix that a plugin gave; undefined if nothing is. Any number of columns will do by default. */
export function faultOfMatrix(
  name: string,
  given: unknown,
  rows: number,
  columns?: number,
): string | undefined {
  if (typeof given !== 'object' || given === null || !('data' in given)) {
    return `${name} must be a matrix, not ${given === null ? 'null' : typeof given}`
  }
  const { data, ...shape } = given as Matrix
  if (!(data instanceof Float32Array)) {
    const kind = Object.prototype.toString.call(data).slice('[object '.length, -1)
    return `${name} must be in a Float32Array, not in a value of type ${kind}`
  }
  const isWide = Number.isInteger(shape.columns) && shape.columns > 0
  const wanted = `${rows} × ${columns ?? (isWide ? shape.columns : 'one or more')}`
  if (shape.rows !== rows || (columns === undefined ? !isWide : shape.columns !== columns)) {
    return `${name} must be ${wanted}, not ${sizeOf(shape.rows)} × ${sizeOf(shape.columns)}`
  }
  if (data.length !== rows * shape.columns) {
    return `${name} must be ${wanted} and so have ${rows * shape.columns} values, not ${data.length}`
  }
  for (let at = 0; at < data.length; at++) {
    if (!Number.isFinite(data[at])) {
      const place = `row ${Math.floor(at / shape.columns)}, column ${at % shape.columns}`
      return `${name} must be finite, and contain ${data[at]} at ${place}`
    }
  }
  return undefined
}

const sizeOf = (size: unknown): string =>
  typeof size === 'number' ? String(size) : `a value of type ${typeof size}`
