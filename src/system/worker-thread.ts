import { Worker, type WorkerOptions } from 'node:worker_threads'
import { ShotboardError } from '../errors.js'

/**
 * A worker thread that answers requests. Its program answers each message `{ id, … }` with `{ id, result }` or
 * `{ id, error }`. An idle thread does not keep the process alive.
 */
export interface WorkerThread {
  /** The number of requests without an answer yet. */
  pending(): number
  /** Whether it still accepts requests: false once it has exited or `fail` was called. */
  alive(): boolean
  /**
   * Sends a request and returns the answer's result. Buffers in `transfer` are moved to the thread, not copied. Throws the
   * answer's error, or the reason why the thread is no longer alive.
   */
  request<T>(message: object, transfer?: readonly ArrayBuffer[]): Promise<T>
  /** Rejects all pending and future requests with `error`. */
  fail(error: Error): void
  /** Waits for the answers to all pending requests, then ends the thread. */
  close(): Promise<void>
}

/** An error crosses threads as its plain fields. */
interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: { readonly message: string; readonly code?: string; readonly argument?: string }
}

interface PendingRequest {
  readonly resolve: (result: never) => void
  readonly reject: (error: Error) => void
}

/** Starts a thread that runs `program`. `name` appears in the error of requests that it exits without answering. */
export function startWorkerThread(
  program: URL,
  name: string,
  options: Pick<WorkerOptions, 'resourceLimits'> = {},
): WorkerThread {
  const worker = new Worker(program, { execArgv: [], ...options })
  /** By request id. A request that `fail` rejected stays until the thread answers: the thread is busy until then. */
  const requests = new Map<number, PendingRequest>()
  let lastId = 0
  let failure: Error | undefined
  let onIdle = (): void => {}
  let ending: Promise<unknown> | undefined

  function fail(error: Error): void {
    failure ??= error
    for (const { reject } of requests.values()) reject(error)
  }

  function becomeIdle(): void {
    worker.unref()
    onIdle()
  }

  async function end(): Promise<unknown> {
    // Ending a thread while it runs or loads native code can crash the whole process.
    if (requests.size > 0) {
      await new Promise<void>((resolve) => {
        onIdle = resolve
      })
    }
    return worker.terminate()
  }

  worker.on('message', ({ id, result, error }: Answer) => {
    const request = requests.get(id)
    requests.delete(id)
    if (requests.size === 0) becomeIdle()
    if (error === undefined) request?.resolve(result as never)
    else request?.reject(errorOf(error))
  })
  worker.on('error', fail)
  worker.on('exit', () => {
    fail(new Error(`${name} has ended`))
    requests.clear()
    becomeIdle()
  })

  return {
    pending: () => requests.size,
    alive: () => failure === undefined,
    request(message, transfer = []) {
      if (failure !== undefined) return Promise.reject(failure)
      return new Promise((resolve, reject) => {
        lastId += 1
        worker.postMessage({ id: lastId, ...message }, transfer)
        requests.set(lastId, { resolve, reject })
        worker.ref()
      })
    },
    fail,
    async close() {
      ending ??= end()
      await ending
    },
  }
}

const errorOf = ({ code, message, argument }: NonNullable<Answer['error']>): Error =>
  code === undefined ? new Error(message) : new ShotboardError(code, message, argument)
