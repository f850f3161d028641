import { setTimeout } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { createJobQueue } from '../../src/jobs/queue.js'

const unexpected = (name: string, error: unknown) => {
  throw new Error(`${name} failed`, { cause: error })
}

/** Work that ends when `finish` is called or its signal aborts, and logs its start and its end. */
function controlled(log: string[], name: string) {
  let finish = (): void => {}
  const end = new Promise<void>((resolve) => {
    finish = resolve
  })
  const work = async (signal: AbortSignal) => {
    log.push(`${name} starts`)
    await Promise.race([end, new Promise((resolve) => signal.addEventListener('abort', resolve))])
    log.push(`${name} ${signal.aborted ? 'stops' : 'ends'}`)
    signal.throwIfAborted()
  }
  return { work, finish }
}

test('jobs run in order, at most `concurrency` at a time', async () => {
  const queue = createJobQueue({ concurrency: 2, onError: unexpected })
  const log: string[] = []
  const jobs = ['a', 'b', 'c'].map((name) => ({ name, ...controlled(log, name) }))
  for (const { name, work } of jobs) queue.add(name, work)
  await setTimeout()
  expect(log).toEqual(['a starts', 'b starts'])
  jobs[1]?.finish()
  await queue.ended('b')
  await setTimeout()
  expect(log).toEqual(['a starts', 'b starts', 'b ends', 'c starts'])
  for (const { finish } of jobs) finish()
  await Promise.all(['a', 'c'].map(queue.ended))
  expect(log.length).toBe(6)
})

test('a queued or running job is not queued twice; an ended job can be queued again', async () => {
  const queue = createJobQueue({ concurrency: 1, onError: unexpected })
  const log: string[] = []
  const [first, second] = [controlled(log, 'first'), controlled(log, 'second')]
  queue.add('job', first.work)
  queue.add('job', second.work)
  await setTimeout()
  queue.add('job', second.work)
  first.finish()
  await queue.ended('job')
  expect(log).toEqual(['first starts', 'first ends'])
  second.finish()
  queue.add('job', second.work)
  await queue.ended('job')
  expect(log.slice(2)).toEqual(['second starts', 'second ends'])
})

test('cancel stops a running job, and a waiting job never starts', async () => {
  const queue = createJobQueue({ concurrency: 1, onError: unexpected })
  const log: string[] = []
  queue.add('running', controlled(log, 'running').work)
  queue.add('waiting', controlled(log, 'waiting').work)
  await setTimeout()
  await queue.cancel('waiting')
  await queue.ended('waiting')
  expect(log).toEqual(['running starts'])
  await queue.cancel('running')
  expect(log).toEqual(['running starts', 'running stops'])
  await queue.cancel('unknown')
})

test('a job that is cancelled while it waits can be queued again at once', async () => {
  const queue = createJobQueue({ concurrency: 1, onError: unexpected })
  const log: string[] = []
  const running = controlled(log, 'running')
  queue.add('running', running.work)
  queue.add('waiting', controlled(log, 'first').work)
  await queue.cancel('waiting')
  const again = controlled(log, 'again')
  queue.add('waiting', again.work)
  running.finish()
  again.finish()
  await queue.ended('waiting')
  expect(log).toEqual(['running starts', 'running ends', 'again starts', 'again ends'])
})

test('the error of a failed job is reported, and the next job runs', async () => {
  const onError = vi.fn()
  const queue = createJobQueue({ concurrency: 1, onError })
  const error = new Error('no luck')
  queue.add('failing', () => Promise.reject(error))
  const after = vi.fn(async () => {})
  queue.add('after', after)
  await Promise.all(['failing', 'after'].map(queue.ended))
  expect(onError.mock.calls).toEqual([['failing', error]])
  expect(after).toHaveBeenCalledOnce()
})

test('close stops running jobs, drops waiting jobs and waits until all have ended', async () => {
  const queue = createJobQueue({ concurrency: 1, onError: unexpected })
  const log: string[] = []
  queue.add('running', async (signal) => {
    log.push('starts')
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    await setTimeout(20)
    log.push('cleaned up')
  })
  queue.add('waiting', controlled(log, 'waiting').work)
  await setTimeout()
  await queue.close()
  expect(log).toEqual(['starts', 'cleaned up'])
})
