import { setTimeout } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Job, JobHandler } from '../../src/jobs/job.js'
import type { JobQueue } from '../../src/jobs/job-queue.js'
import { patience } from '../helpers/patience.js'

type OnError = (job: Job, error: unknown) => void

/** What every queue must do. `open` opens a new, empty queue. */
export function testJobQueue(
  name: string,
  open: (onError: OnError) => Promise<JobQueue>,
  options: { readonly skip?: boolean } = {},
): void {
  const opened: JobQueue[] = []
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((queue) => queue.close()))
  })

  async function openQueue(onError: OnError = unexpected): Promise<JobQueue> {
    const queue = await open(onError)
    opened.push(queue)
    return queue
  }

  describe.skipIf(options.skip)(`the queue: ${name}`, () => {
    test('runs jobs in order, at most `concurrency` at a time', async () => {
      const queue = await openQueue()
      const work = controlled()
      queue.handle('train', work.handler, 2)
      for (const id of ['a', 'b', 'c']) await queue.add(training(id))
      await work.logged('a starts', 'b starts')
      work.finish('b')
      await queue.ended(training('b'))
      await work.logged('a starts', 'b starts', 'b ends', 'c starts')
      for (const id of ['a', 'c']) work.finish(id)
      await Promise.all(['a', 'c'].map((id) => queue.ended(training(id))))
      expect(work.log).toHaveLength(6)
    })

    test('runs jobs of different kinds beside each other', async () => {
      const queue = await openQueue()
      const work = controlled()
      queue.handle('train', work.handler, 1)
      queue.handle('import', work.handler, 1)
      await queue.add(training('a'))
      await queue.add({ kind: 'import', id: 'b' })
      await vi.waitFor(() => expect(work.log.toSorted()).toEqual(['a starts', 'b starts']), patience)
      expect(() => queue.handle('import', work.handler, 1)).toThrow('have a handler')
    })

    test('gives the handler the job that was added', async () => {
      const queue = await openQueue()
      const handler = vi.fn(async () => {})
      queue.handle('train', handler, 1)
      await queue.add({ kind: 'train', id: 'a', part: 'b' })
      await queue.ended({ kind: 'train', id: 'a', part: 'b' })
      await vi.waitFor(() => expect(handler).toHaveBeenCalledOnce(), patience)
      expect(handler).toHaveBeenCalledWith({ kind: 'train', id: 'a', part: 'b' }, expect.any(AbortSignal))
    })

    test('queues a queued or running job once; an ended job can be queued again', async () => {
      const queue = await openQueue()
      const work = controlled()
      queue.handle('train', work.handler, 1)
      await queue.add(training('a'))
      await queue.add(training('a'))
      await work.logged('a starts')
      await queue.add(training('a'))
      work.finish('a')
      await queue.ended(training('a'))
      expect(work.log).toEqual(['a starts', 'a ends'])
      await queue.add(training('a'))
      await work.logged('a starts', 'a ends', 'a starts')
      work.finish('a')
      await queue.ended(training('a'))
      expect(work.log.slice(2)).toEqual(['a starts', 'a ends'])
    })

    test('stops a cancelled job, and never starts one that waits', async () => {
      const queue = await openQueue()
      const work = controlled()
      queue.handle('train', work.handler, 1)
      await queue.add(training('running'))
      await work.logged('running starts')
      await queue.add(training('waiting'))
      await queue.cancel(training('waiting'))
      await queue.ended(training('waiting'))
      expect(work.log).toEqual(['running starts'])
      await queue.cancel(training('running'))
      expect(work.log).toEqual(['running starts', 'running stops'])
      await queue.cancel(training('unknown'))
    })

    test('takes a job that was cancelled while it waited again at once', async () => {
      const queue = await openQueue()
      const work = controlled()
      queue.handle('train', work.handler, 1)
      await queue.add(training('running'))
      await work.logged('running starts')
      await queue.add(training('waiting'))
      await queue.cancel(training('waiting'))
      await queue.add(training('waiting'))
      work.finish('running')
      await work.logged('running starts', 'running ends', 'waiting starts')
      work.finish('waiting')
      await queue.ended(training('waiting'))
      expect(work.log.at(-1)).toBe('waiting ends')
    })

    test('reports the error of a failed job, and runs the next', async () => {
      const onError = vi.fn()
      const queue = await openQueue(onError)
      const error = new Error('no luck')
      const handler = vi.fn(async ({ id }: Job) => {
        if (id === 'failing') throw error
      })
      queue.handle('train', handler, 1)
      await queue.add(training('failing'))
      await queue.add(training('after'))
      await vi.waitFor(() => expect(handler).toHaveBeenCalledTimes(2), patience)
      await Promise.all(['failing', 'after'].map((id) => queue.ended(training(id))))
      expect(onError.mock.calls).toEqual([[training('failing'), error]])
    })

    test('counts waiting and running jobs', async () => {
      const queue = await openQueue()
      const work = controlled()
      queue.handle('train', work.handler, 1)
      for (const id of ['a', 'b', 'c']) await queue.add(training(id))
      await work.logged('a starts')
      expect(await queue.counts()).toMatchObject({ waiting: 2, running: 1 })
      await setTimeout(30)
      const { oldestWaitingSeconds } = await queue.counts()
      // Clocks of a server and of this process are read to the millisecond.
      expect(oldestWaitingSeconds).toBeGreaterThan(0.02)
      expect(oldestWaitingSeconds).toBeLessThan(60)
      for (const id of ['a', 'b', 'c']) work.finish(id)
      await Promise.all(['a', 'b', 'c'].map((id) => queue.ended(training(id))))
      expect(await queue.counts()).toEqual({ waiting: 0, running: 0, oldestWaitingSeconds: 0 })
    })

    test('stops running jobs when it closes, and waits until they have ended', async () => {
      const queue = await openQueue()
      const log: string[] = []
      const handler = async (_: Job, signal: AbortSignal) => {
        log.push('starts')
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        await setTimeout(20)
        log.push('cleaned up')
        signal.throwIfAborted()
      }
      queue.handle('train', handler, 1)
      await queue.add(training('running'))
      await vi.waitFor(() => expect(log).toEqual(['starts']), patience)
      await queue.add(training('waiting'))
      await queue.close()
      expect(log).toEqual(['starts', 'cleaned up'])
    })
  })
}

const training = (id: string): Job => ({ kind: 'train', id })

const unexpected: OnError = ({ id }, error) => {
  throw new Error(`${id} failed`, { cause: error })
}

/** A handler whose jobs end when `finish` is called with their ids or their signals abort. It logs starts and ends. */
function controlled() {
  const log: string[] = []
  const ends = new Map<string, PromiseWithResolver>()
  const endOf = (id: string): PromiseWithResolver => {
    const known = ends.get(id) ?? withResolver()
    ends.set(id, known)
    return known
  }
  const handler: JobHandler = async ({ id }, signal) => {
    log.push(`${id} starts`)
    const end = endOf(id)
    await Promise.race([end.promise, new Promise((resolve) => signal.addEventListener('abort', resolve))])
    ends.delete(id)
    log.push(`${id} ${signal.aborted ? 'stops' : 'ends'}`)
    signal.throwIfAborted()
  }
  return {
    log,
    handler,
    finish: (id: string) => endOf(id).resolve(),
    logged: (...lines: string[]) => vi.waitFor(() => expect(log).toEqual(lines), patience),
  }
}

interface PromiseWithResolver {
  readonly promise: Promise<void>
  readonly resolve: () => void
}

function withResolver(): PromiseWithResolver {
  let resolve = (): void => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve: () => resolve() }
}
