import { AsyncLocalStorage } from 'node:async_hooks'
import { setMaxListeners } from 'node:events'
import { errors, ShotboardError } from '../errors.js'

/** Whom work is done for. It follows asynchronous calls, so that not every function has to pass it on. */
export interface WorkScope {
  /** Those who share a turn at a busy thread: who holds a key, or an address. */
  readonly client: string
  /** Those of the client who share a turn among its own. */
  readonly connection: string
  /** Aborts when nobody waits for the work any more. */
  readonly signal: AbortSignal
  /** Lets the work come to its end whether or not somebody waits for it. */
  readonly letFinish?: () => void
}

const scopes = new AsyncLocalStorage<WorkScope | undefined>()

/** Runs work in a scope, or in none, which is for work that several clients wait for. */
export const runInScope = <T>(scope: WorkScope | undefined, work: () => T): T => scopes.run(scope, work)

/** The scope of the current work; undefined for jobs, which have a signal of their own. */
export const currentScope = (): WorkScope | undefined => scopes.getStore()

/** Throws the reason why the signal has aborted: an error of ours, or else CANCELLED. */
export function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw stopReason(signal)
}

export const stopReason = ({ reason }: AbortSignal): ShotboardError =>
  reason instanceof ShotboardError ? reason : errors.cancelled({})

/** Waits for work, and throws as `throwIfStopped` as soon as the signal aborts. */
export function untilStopped<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const stop = () => reject(stopReason(signal))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

/** A controller whose signal many pieces of work may wait for. Node takes more than ten of them for a leak. */
export function createScopeController(): AbortController {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  return controller
}
