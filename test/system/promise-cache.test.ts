import { expect, test, vi } from 'vitest'
import { createPromiseCache } from '../../src/system/promise-cache.js'
import { currentScope, runInScope } from '../../src/system/work-scope.js'

test('concurrent and later callers with the same key share one computation', async () => {
  const cache = createPromiseCache<number>(2)
  const compute = vi.fn(async () => 1)
  expect(await Promise.all([cache.get('a', compute), cache.get('a', compute)])).toEqual([1, 1])
  expect(await cache.get('a', compute)).toBe(1)
  expect(compute).toHaveBeenCalledTimes(1)
})

test('the result that was used least recently is evicted', async () => {
  const cache = createPromiseCache<string>(2)
  const compute = vi.fn(async (key: string) => key)
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await cache.get(key, () => compute(key))
  expect(compute.mock.calls.flat()).toEqual(['a', 'b', 'c', 'b'])
})

test.each([
  ['rejects', () => Promise.reject(new Error('no luck'))],
  [
    'throws',
    () => {
      throw new Error('no luck')
    },
  ],
])('a computation that %s is forgotten', async (_, fail) => {
  const cache = createPromiseCache<number>(1)
  await expect(cache.get('a', fail)).rejects.toThrow('no luck')
  expect(await cache.get('a', async () => 2)).toBe(2)
})

test('a computation that fails after its eviction leaves a newer one cached', async () => {
  const cache = createPromiseCache<number>(1)
  let fail = (_: Error): void => {}
  const first = cache.get('a', () => new Promise<number>((_, reject) => (fail = reject)))
  await cache.get('b', async () => 2)
  await cache.get('a', async () => 3)
  fail(new Error('too late'))
  await expect(first).rejects.toThrow('too late')
  expect(await cache.get('a', async () => 4)).toBe(3)
})

test('a computation goes on while anyone waits for it, and is stopped when all have left', async () => {
  const cache = createPromiseCache<number>(1)
  const [first, second] = [new AbortController(), new AbortController()]
  let inner: AbortSignal | undefined
  const get = ({ signal }: AbortController) =>
    runInScope({ client: 'a', connection: '1', signal }, () =>
      cache.get('a', () => {
        inner = currentScope()?.signal
        return new Promise(() => {})
      }),
    )
  const waiting = [get(first), get(second)]
  first.abort()
  await expect(waiting[0]).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(inner?.aborted).toBe(false)
  second.abort()
  await expect(waiting[1]).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(inner?.aborted).toBe(true)
  expect(await cache.get('a', async () => 2)).toBe(2)
})
