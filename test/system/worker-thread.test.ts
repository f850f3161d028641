import { afterEach, expect, test } from 'vitest'
import { startWorkerThread, type WorkerThread } from '../../src/system/worker-thread.js'

const open: WorkerThread[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((thread) => thread.close()))
})

function start(): WorkerThread {
  const thread = startWorkerThread(new URL('../helpers/answering-thread.js', import.meta.url), 'the thread')
  open.push(thread)
  return thread
}

test('each request gets its own answer, whatever the order of answers', async () => {
  const thread = start()
  const answers = [30, 20, 10, 0].map((wait) => thread.request({ say: `after ${wait}`, wait }))
  expect(thread.pending()).toBe(4)
  expect(await Promise.all(answers)).toEqual(['after 30', 'after 20', 'after 10', 'after 0'])
  expect(thread.pending()).toBe(0)
})

test('an answer that is an error rejects the request, with its code and argument if it has them, and the thread continues', async () => {
  const thread = start()
  const coded = thread.request({ fail: { message: 'no image', code: 'INVALID_IMAGE', argument: 'image' } })
  await expect(coded).rejects.toMatchObject({ code: 'INVALID_IMAGE', message: 'no image', argument: 'image' })
  await expect(thread.request({ fail: { message: 'something' } })).rejects.toThrow('something')
  expect(await thread.request({ say: 'well' })).toBe('well')
})

test('a message that cannot be cloned is rejected and leaves nothing pending', async () => {
  const thread = start()
  await expect(thread.request({ say: () => {} })).rejects.toThrow('could not be cloned')
  expect(thread.pending()).toBe(0)
  expect(await thread.request({ say: 'well' })).toBe('well')
})

test.each([
  { question: { die: 'it dies' }, why: 'it dies' },
  { question: { end: true }, why: 'the thread has ended' },
])('a thread that exits rejects all requests, pending and later ones: $why', async ({ question, why }) => {
  const thread = start()
  const pending = [thread.request({ say: 'late', wait: 60_000 }), thread.request(question)]
  for (const each of pending) await expect(each).rejects.toThrow(why)
  expect(thread.alive()).toBe(false)
  await expect(thread.request({ say: 'well' })).rejects.toThrow(why)
})

test('close waits for pending requests', async () => {
  const thread = start()
  const answer = thread.request({ say: 'well', wait: 50 })
  let answered = false
  void answer.then(() => {
    answered = true
  })
  await Promise.all([thread.close(), thread.close()])
  expect(answered).toBe(true)
})

test('fail rejects all requests, and close still waits for the thread to be idle', async () => {
  const thread = start()
  const answer = thread.request({ say: 'well', wait: 50 })
  thread.fail(new Error('no more'))
  await expect(answer).rejects.toThrow('no more')
  await expect(thread.request({ say: 'well' })).rejects.toThrow('no more')
  expect(thread.pending()).toBe(1)
  await thread.close()
  expect(thread.pending()).toBe(0)
})
