import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createKernels } from '../../src/tensor/kernels.js'
import { type Matrix, matrix } from '../../src/tensor/matrix.js'
import { createResidentMatrices } from '../../src/tensor/resident-matrices.js'
import { sharedRuntime } from '../helpers/shared.js'

/** 1 MiB each. */
const bytes = 2 ** 20
const matrixOf = (value: number): Matrix => matrix(512, 512, new Float32Array(512 * 512).fill(value))

/** A thread that counts what it has. */
function countingThread() {
  const has = new Map<number, Float32Array>()
  let sent = 0
  return {
    has,
    sent: () => sent,
    async keep(data: Float32Array) {
      sent += 1
      has.set(sent, data.slice(0, 1))
      return { resident: sent }
    },
    async drop({ resident }: { resident: number }) {
      has.delete(resident)
    },
  }
}

async function use(residents: ReturnType<typeof createResidentMatrices>, each: Matrix) {
  const borrowed = residents.borrow(each)
  await borrowed?.tensor
  borrowed?.giveBack()
  await setImmediate()
}

test('a matrix that is kept is sent once, and one that is not is never kept', async () => {
  const thread = countingThread()
  const residents = createResidentMatrices(thread)
  const [kept, other] = [residents.keep(matrixOf(1)), matrixOf(2)]
  for (let i = 0; i < 3; i++) await use(residents, kept)
  expect(residents.borrow(other)).toBeUndefined()
  expect(thread.sent()).toBe(1)
})

test('beyond the limit the least recently used copies are dropped, and made again when needed', async () => {
  const thread = countingThread()
  const residents = createResidentMatrices(thread, 2 * bytes)
  const [a, b, c] = [1, 2, 3].map((value) => residents.keep(matrixOf(value))) as [Matrix, Matrix, Matrix]
  for (const each of [a, b, a, c]) await use(residents, each)
  expect([...thread.has.values()].map(([value]) => value)).toEqual([1, 3])
  await use(residents, b)
  expect(thread.sent()).toBe(4)
  expect([...thread.has.values()].map(([value]) => value)).toEqual([3, 2])
})

test('a copy in use is not dropped', async () => {
  const thread = countingThread()
  const residents = createResidentMatrices(thread, bytes)
  const [a, b] = [residents.keep(matrixOf(1)), residents.keep(matrixOf(2))]
  const borrowed = residents.borrow(a)
  await borrowed?.tensor
  await use(residents, b)
  expect([...thread.has.values()].map(([value]) => value)).toContain(1)
  borrowed?.giveBack()
  await use(residents, b)
  expect([...thread.has.values()].map(([value]) => value)).toEqual([2])
})

test('a matrix above the limit is sent with each run', () => {
  const residents = createResidentMatrices(countingThread(), bytes - 1)
  expect(residents.borrow(residents.keep(matrixOf(1)))).toBeUndefined()
})

test('a copy that could not be made is made again', async () => {
  const thread = countingThread()
  let fails = true
  const residents = createResidentMatrices({
    ...thread,
    keep: (data) => (fails ? Promise.reject(new Error('no memory')) : thread.keep(data)),
  })
  const kept = residents.keep(matrixOf(1))
  const borrowed = residents.borrow(kept)
  await expect(borrowed?.tensor).rejects.toThrow('no memory')
  borrowed?.giveBack()
  fails = false
  await use(residents, kept)
  expect(thread.sent()).toBe(1)
})

test('the copy of a matrix that nothing refers to is dropped', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const thread = countingThread()
  const residents = createResidentMatrices(thread)
  await (async () => use(residents, residents.keep(matrixOf(1))))()
  expect(thread.has.size).toBe(1)
  for (let i = 0; i < 50 && thread.has.size > 0; i++) {
    collect()
    await setImmediate()
  }
  expect(thread.has.size).toBe(0)
})

test('products with a matrix that is kept are those with one that is sent', async () => {
  const runtime = sharedRuntime()
  let kept = 0
  const kernels = createKernels({
    ...runtime,
    keep(...sent) {
      kept += 1
      return runtime.keep(...sent)
    },
  })
  // More than is sent at a time.
  const keys = matrix(
    3000,
    512,
    Float32Array.from({ length: 3000 * 512 }, (_, i) => Math.fround(Math.sin(i))),
  )
  const sent = matrix(3000, 512, keys.data.slice())
  const queries = matrix(
    3,
    512,
    Float32Array.from({ length: 3 * 512 }, (_, i) => Math.fround(Math.cos(i))),
  )
  kernels.keep(keys)
  const products = [await kernels.dot(queries, keys), await kernels.dot(queries, keys)]
  const expected = await kernels.dot(queries, sent)
  for (const product of products) expect(product).toEqual(expected)
  expect(kept).toBe(1)
})
