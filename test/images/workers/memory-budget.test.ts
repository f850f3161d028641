import { expect, test } from 'vitest'
import { createMemoryBudget } from '../../../src/images/workers/memory-budget.js'

test('whoever asks first gets memory first, and more than there is only alone', async () => {
  const budget = createMemoryBudget(10)
  const started: string[] = []
  const ask = async (name: string, bytes: number) => {
    const free = await budget.reserve(bytes)
    started.push(name)
    return free
  }
  const asked = [ask('a', 6), ask('b', 20), ask('c', 4)] as const
  const freeA = await asked[0]
  await Promise.resolve()
  expect(started).toEqual(['a'])
  freeA()
  // A second call gives back nothing.
  freeA()
  const freeB = await asked[1]
  expect(started).toEqual(['a', 'b'])
  freeB()
  await asked[2]
  expect(started).toEqual(['a', 'b', 'c'])
})
