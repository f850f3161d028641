import { Worker } from 'node:worker_threads'
import { ShotboardError } from '../../errors.js'
import type { Preparation } from './prepare.js'

/** Threads that prepare images, so that the one that serves requests does not. */
export interface PreparingThreads {
  /**
   * Writes an image's views to `pixels`, which lie in shared memory: [rounds, 3, size, size]. Throws INVALID_IMAGE.
   */
  prepare(preparation: Preparation, pixels: Float32Array): Promise<void>
  /** Ends the threads when they have done what they were asked. */
  close(): Promise<void>
}

/** What a thread answers: an error as far as one can be sent. */
interface Answer {
  readonly task: number
  readonly error?: { readonly code?: string; readonly message: string; readonly argument?: string }
}

interface Task {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

interface Thread {
  readonly worker: Worker
  readonly tasks: Map<number, Task>
}

/**
 * Up to `most` threads, each started when all others are busy. They keep no process alive while they are idle; one that
 * dies takes with it what it was at, and another takes its place. `program` is what each of them runs.
 */
export function openPreparingThreads(
  most: number,
  program = new URL('./worker.js', import.meta.url),
): PreparingThreads {
  const threads: Thread[] = []
  let lastTask = 0
  let onIdle = (): void => {}

  function start(): Thread {
    const worker = new Worker(program, {
      execArgv: [],
      // Pixels are freed with the young objects that stand for them: the fewer of those fit, the sooner.
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    })
    const thread: Thread = { worker, tasks: new Map() }
    threads.push(thread)
    worker.on('message', ({ task, error }: Answer) => {
      const { resolve, reject } = thread.tasks.get(task) ?? {}
      thread.tasks.delete(task)
      if (thread.tasks.size === 0) worker.unref()
      if (error === undefined) resolve?.()
      else reject?.(errorOf(error))
      onIdle()
    })
    const drop = (error: Error): void => {
      if (threads.includes(thread)) threads.splice(threads.indexOf(thread), 1)
      for (const { reject } of thread.tasks.values()) reject(error)
      thread.tasks.clear()
      onIdle()
    }
    worker.on('error', drop)
    worker.on('exit', () => drop(new Error('a thread that prepares images has ended')))
    return thread
  }

  /** The thread with least to do, or a new one. */
  function choose(): Thread {
    const [least] = [...threads].sort((a, b) => a.tasks.size - b.tasks.size)
    const another = least === undefined || (least.tasks.size > 0 && threads.length < most)
    return another ? start() : least
  }

  return {
    prepare({ bytes, ...preparation }, pixels) {
      const { worker, tasks } = choose()
      // A copy of our own, and of these bytes alone: they may be part of something larger.
      const copy = new Uint8Array(bytes)
      return new Promise((resolve, reject) => {
        lastTask += 1
        tasks.set(lastTask, { resolve, reject })
        worker.ref()
        const message = { task: lastTask, preparation: { ...preparation, bytes: copy }, pixels }
        worker.postMessage(message, [copy.buffer])
      })
    },
    async close() {
      // As for the computing thread: one that ends while it loads native code takes the whole process with it.
      while (threads.some(({ tasks }) => tasks.size > 0)) {
        await new Promise<void>((resolve) => {
          onIdle = resolve
        })
      }
      await Promise.all(threads.map(({ worker }) => worker.terminate()))
    },
  }
}

const errorOf = ({ code, message, argument }: NonNullable<Answer['error']>): Error =>
  code === undefined ? new Error(message) : new ShotboardError(code, message, argument)
