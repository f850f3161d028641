import { expect, test } from 'vitest'
import { supportOfClasses } from '../../src/comparisons/held-out.js'
import { classifierOf, promptsOfClasses } from '../../src/features/prompts.js'
import { matrix } from '../../src/tensor/matrix.js'
import { syntheticTask } from '../../src/testing/synthetic.js'

const prompts = {
  features: matrix(4, 2, Float32Array.of(1, 0, 0, 1, 0.6, 0.8, 0, -1)),
  labels: Int32Array.of(0, 1, 1, 2),
  classNames: ['a', 'b', 'c'],
}

test('the classes of prompts are numbered anew in the given order', () => {
  expect(promptsOfClasses(prompts, [2, 1])).toEqual({
    features: matrix(3, 2, Float32Array.of(0, -1, 0, 1, 0.6, 0.8)),
    labels: Int32Array.of(0, 1, 1),
    classNames: ['c', 'b'],
  })
})

test('a class has the mean of its prompts, made unit', () => {
  const { data } = classifierOf(prompts)
  const length = Math.hypot(0.6, 1.8)
  for (const [at, value] of [1, 0, 0.6 / length, 1.8 / length, 0, -1].entries()) {
    expect(data[at]).toBeCloseTo(value, 6)
  }
})

test('a class that is held out takes its prompts with it', async () => {
  const { support } = syntheticTask({ shots: [2, 2, 2] })
  const all = await support.prompts?.()
  const kept = await supportOfClasses(support, [0, 2]).prompts?.()
  expect(kept?.classNames).toEqual(['class 0', 'class 2'])
  expect(kept?.labels).toEqual(Int32Array.of(0, 1, 1, 1))
  const d = all?.features.columns ?? 0
  expect(kept?.features.data.slice(0, d)).toEqual(all?.features.data.slice(0, d))
  expect(kept?.features.data.slice(d)).toEqual(all?.features.data.slice(3 * d))
})
