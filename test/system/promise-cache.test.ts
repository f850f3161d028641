import { expect, test, vi } from 'vitest'
import { createPromiseCache } from '../../src/system/promise-cache.js'

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
