import { afterEach, expect, test } from 'vitest'
import { startThread, type Thread } from '../../src/system/worker-thread.js'

const open: Thread[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((thread) => thread.close()))
})

function start(): Thread {
  const thread = startThread(new URL('../helpers/answering-thread.js', import.meta.url), 'the thread')
  open.push(thread)
  return thread
}

test('everyone gets their own answer, in whatever order answers come', async () => {
  const thread = start()
  const answers = [30, 20, 10, 0].map((wait) => thread.ask({ say: `after ${wait}`, wait }))
  expect(thread.pending()).toBe(4)
  expect(await Promise.all(answers)).toEqual(['after 30', 'after 20', 'after 10', 'after 0'])
  expect(thread.pending()).toBe(0)
})

test('an error comes as an error, with its code and argument where it has them, and the thread goes on', async () => {
  const thread = start()
  const coded = thread.ask({ fail: { message: 'no image', code: 'INVALID_IMAGE', argument: 'image' } })
  await expect(coded).rejects.toMatchObject({ code: 'INVALID_IMAGE', message: 'no image', argument: 'image' })
  await expect(thread.ask({ fail: { message: 'something' } })).rejects.toThrow('something')
  expect(await thread.ask({ say: 'well' })).toBe('well')
})

test('what cannot be sent is refused, and nothing waits for it', async () => {
  const thread = start()
  await expect(thread.ask({ say: () => {} })).rejects.toThrow('could not be cloned')
  expect(thread.pending()).toBe(0)
  expect(await thread.ask({ say: 'well' })).toBe('well')
})

test.each([
  { question: { die: 'it dies' }, why: 'it dies' },
  { question: { end: true }, why: 'the thread has ended' },
])('one that ends fails whatever was asked, then and later: $why', async ({ question, why }) => {
  const thread = start()
  const underWay = [thread.ask({ say: 'late', wait: 60_000 }), thread.ask(question)]
  for (const each of underWay) await expect(each).rejects.toThrow(why)
  expect(thread.alive()).toBe(false)
  await expect(thread.ask({ say: 'well' })).rejects.toThrow(why)
})

test('closing waits for what is under way', async () => {
  const thread = start()
  const answer = thread.ask({ say: 'well', wait: 50 })
  let answered = false
  void answer.then(() => {
    answered = true
  })
  await Promise.all([thread.close(), thread.close()])
  expect(answered).toBe(true)
})

test('refusing throws at whoever waits, and closing still waits for the thread to be idle', async () => {
  const thread = start()
  const answer = thread.ask({ say: 'well', wait: 50 })
  thread.refuse(new Error('no more'))
  await expect(answer).rejects.toThrow('no more')
  await expect(thread.ask({ say: 'well' })).rejects.toThrow('no more')
  expect(thread.pending()).toBe(1)
  await thread.close()
  expect(thread.pending()).toBe(0)
})
