import { expect, test } from 'vitest'
import { createFairQueue } from '../../src/system/fair-queue.js'
import { createScopeController, type WorkScope } from '../../src/system/work-scope.js'

const scopeOf = (client: string, signal = new AbortController().signal, connection = ''): WorkScope => ({
  client,
  connection,
  signal,
})

/** Work that ends when it is told to, in the order in which it was started. */
function createWork() {
  const started: string[] = []
  const ends: (() => void)[] = []
  return {
    started,
    work: (name: string) => () =>
      new Promise<void>((resolve) => {
        started.push(name)
        ends.push(resolve)
      }),
    async endFirst() {
      ends.shift()?.()
      await new Promise((resolve) => setTimeout(resolve, 2))
    },
  }
}

test('a client that comes later has its turn before the rest of one with much work', async () => {
  const queue = createFairQueue(1)
  const { started, work, endFirst } = createWork()
  for (let i = 0; i < 4; i++) void queue.add(scopeOf('a'), work(`a${i}`))
  void queue.add(scopeOf('b'), work('b0'))
  for (let i = 0; i < 5; i++) await endFirst()
  expect(started.indexOf('b0')).toBeLessThan(3)
  expect(started).toHaveLength(5)
})

test('at most as much runs as is allowed, and a failure frees its place', async () => {
  const queue = createFairQueue(2)
  let running = 0
  let most = 0
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) =>
      queue.add(undefined, async () => {
        most = Math.max(most, ++running)
        await new Promise((resolve) => setImmediate(resolve))
        running -= 1
        if (i % 3 === 0) throw new Error('no luck')
        return i
      }),
    ),
  )
  expect(most).toBe(2)
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(7)
  expect(queue.isBusy()).toBe(false)
})

test('work of a client that leaves is not begun, and what runs is not waited for', async () => {
  const queue = createFairQueue(1)
  const { started, work, endFirst } = createWork()
  const leaving = new AbortController()
  const running = queue.add(scopeOf('a', leaving.signal), work('running'))
  const waiting = queue.add(scopeOf('a', leaving.signal), work('waiting'))
  const other = queue.add(scopeOf('b'), work('other'))
  leaving.abort()
  await expect(running).rejects.toMatchObject({ code: 'CANCELLED' })
  await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(started).toEqual(['running'])
  await endFirst()
  await endFirst()
  await other
  expect(started).toEqual(['running', 'other'])
  await expect(queue.add(scopeOf('a', leaving.signal), work('late'))).rejects.toMatchObject({
    code: 'CANCELLED',
  })
})

test('the connections of a client have turns among themselves', async () => {
  const queue = createFairQueue(1)
  const { started, work, endFirst } = createWork()
  const { signal } = createScopeController()
  for (let i = 0; i < 4; i++) void queue.add(scopeOf('a', signal, 'first'), work(`first${i}`))
  void queue.add(scopeOf('a', signal, 'second'), work('second'))
  for (let i = 0; i < 5; i++) await endFirst()
  expect(started.indexOf('second')).toBeLessThan(3)
  expect(started).toHaveLength(5)
})

test('a client with many connections has no more turns than one with one', async () => {
  const queue = createFairQueue(1)
  const { started, work, endFirst } = createWork()
  const { signal } = createScopeController()
  for (let i = 0; i < 20; i++) void queue.add(scopeOf('many', signal, String(i)), work(`many${i}`))
  for (let i = 0; i < 4; i++) void queue.add(scopeOf('one'), work(`one${i}`))
  for (let i = 0; i < 10; i++) await endFirst()
  expect(started.filter((name) => name.startsWith('one'))).toHaveLength(4)
})

test('a client runs no more at once than it may, and leaves the rest to others', async () => {
  const queue = createFairQueue(4, { perClient: 2 })
  const { started, work, endFirst } = createWork()
  const { signal } = createScopeController()
  for (let i = 0; i < 4; i++) void queue.add(scopeOf('a', signal, String(i)), work(`a${i}`))
  void queue.add(scopeOf('b'), work('b0'))
  expect(started).toEqual(['a0', 'a1', 'b0'])
  await endFirst()
  expect(started).toEqual(['a0', 'a1', 'b0', 'a2'])
})
