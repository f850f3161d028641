import { Worker, type WorkerOptions } from 'node:worker_threads'
import { ShotboardError } from '../errors.js'

/**
 * A thread of its own that answers what it is asked. Its program answers a message `{ id, … }` with `{ id, result }` or
 * `{ id, error }`. It keeps no process alive while nothing is asked of it.
 */
export interface Thread {
  /** How much it has been asked and has not answered. */
  pending(): number
  /** Whether it still takes questions. */
  alive(): boolean
  /** Throws what the thread answers; what it has died of, once it has. Buffers in `transfer` are handed over. */
  ask<T>(question: object, transfer?: readonly ArrayBuffer[]): Promise<T>
  /** Throws `error` at whoever waits for an answer, and at whoever asks from now on. */
  refuse(error: Error): void
  /** Ends the thread when it has answered what it has been asked. */
  close(): Promise<void>
}

/** What a thread answers: an error as far as one can be sent. */
interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: { readonly message: string; readonly code?: string; readonly argument?: string }
}

interface Asked {
  readonly resolve: (result: never) => void
  readonly reject: (error: Error) => void
}

/** Starts `program`; `name` is what it says of itself when it ends before it has answered. */
export function startThread(
  program: URL,
  name: string,
  options: Pick<WorkerOptions, 'resourceLimits'> = {},
): Thread {
  const worker = new Worker(program, { execArgv: [], ...options })
  /** By the number of the question; what nobody waits for any longer is under way all the same. */
  const underWay = new Map<number, Asked>()
  let lastId = 0
  let refusal: Error | undefined
  let onIdle = (): void => {}
  let ending: Promise<unknown> | undefined

  function refuse(error: Error): void {
    refusal ??= error
    for (const { reject } of underWay.values()) reject(error)
  }

  function rest(): void {
    worker.unref()
    onIdle()
  }

  async function end(): Promise<unknown> {
    // One that ends within native code, or while it loads it, takes the whole process with it.
    if (underWay.size > 0) {
      await new Promise<void>((resolve) => {
        onIdle = resolve
      })
    }
    return worker.terminate()
  }

  worker.on('message', ({ id, result, error }: Answer) => {
    const asked = underWay.get(id)
    underWay.delete(id)
    if (underWay.size === 0) rest()
    if (error === undefined) asked?.resolve(result as never)
    else asked?.reject(errorOf(error))
  })
  worker.on('error', refuse)
  worker.on('exit', () => {
    refuse(new Error(`${name} has ended`))
    underWay.clear()
    rest()
  })

  return {
    pending: () => underWay.size,
    alive: () => refusal === undefined,
    ask(question, transfer = []) {
      if (refusal !== undefined) return Promise.reject(refusal)
      return new Promise((resolve, reject) => {
        lastId += 1
        worker.postMessage({ id: lastId, ...question }, transfer)
        underWay.set(lastId, { resolve, reject })
        worker.ref()
      })
    },
    refuse,
    async close() {
      ending ??= end()
      await ending
    },
  }
}

const errorOf = ({ code, message, argument }: NonNullable<Answer['error']>): Error =>
  code === undefined ? new Error(message) : new ShotboardError(code, message, argument)
