import { expect, test } from 'vitest'
import { batched } from '../../src/encoders/batching.js'
import { matrix } from '../../src/tensor/matrix.js'

/** A model whose feature of an image is its one pixel, and a record of the batches that it was given. */
function model({ failing = Number.NaN } = {}) {
  const batches: { count: number; space: string }[] = []
  const encode = batched(async (pixels, count, space) => {
    batches.push({ count, space })
    await new Promise((resolve) => setTimeout(resolve, 5))
    if (pixels.includes(failing)) throw new Error('broken')
    return matrix(count, 1, pixels.slice())
  }, 8)
  const one = (value: number, space = 'clip') => encode(Float32Array.of(value), 1, space, false)
  return { batches, encode, one }
}

test('requests in flight together are encoded together, and each gets its own', async () => {
  const { batches, one } = model()
  const found = await Promise.all([1, 2, 3, 4, 5].map((value) => one(value)))
  expect(found.map(({ data }) => [...data])).toEqual([[1], [2], [3], [4], [5]])
  expect(batches).toEqual([{ count: 5, space: 'clip' }])
})

test('what comes while the model is busy waits for it and goes together', async () => {
  const { batches, one } = model()
  const first = one(1)
  await new Promise((resolve) => setTimeout(resolve, 1))
  const others = [2, 3, 4].map((value) => one(value))
  const found = await Promise.all([first, ...others])
  expect(found.map(({ data }) => data[0])).toEqual([1, 2, 3, 4])
  expect(batches.map(({ count }) => count)).toEqual([1, 3])
})

test('spaces do not mix, and no batch is larger than allowed unless one request is', async () => {
  const { batches, encode, one } = model()
  const found = await Promise.all([
    ...Array.from({ length: 6 }, (_, i) => one(i)),
    one(10, 'imo'),
    encode(Float32Array.of(20, 21, 22), 3, 'clip', false),
    encode(new Float32Array(9).fill(7), 9, 'imo', true),
  ])
  expect(found.map(({ data }) => [...data])).toEqual([
    ...[0, 1, 2, 3, 4, 5].map((value) => [value]),
    [10],
    [20, 21, 22],
    Array(9).fill(7),
  ])
  expect(batches).toEqual([
    { count: 6, space: 'clip' },
    { count: 1, space: 'imo' },
    { count: 3, space: 'clip' },
    { count: 9, space: 'imo' },
  ])
})

test('a batch that fails fails those in it, and no other', async () => {
  const { one } = model({ failing: 2 })
  const first = one(1)
  await new Promise((resolve) => setTimeout(resolve, 1))
  const second = one(2)
  await expect(first).resolves.toMatchObject({ rows: 1 })
  await expect(second).rejects.toThrow('broken')
  await expect(one(3)).resolves.toMatchObject({ rows: 1 })
})
