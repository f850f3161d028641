import { expect, test } from 'vitest'
import { createOrder } from '../../src/training/order.js'

const order = createOrder({ images: 10, batch: 3, epochs: 2, seed: 1 })

test('an epoch shows every image at most once and leaves out what does not fill a batch', () => {
  expect(order.steps).toBe(6)
  for (const epoch of [0, 1]) {
    const shown = [0, 1, 2].flatMap((batch) => order.at(epoch * 3 + batch))
    expect(new Set(shown).size).toBe(9)
    for (const image of shown) expect(image).toBeGreaterThanOrEqual(0)
    for (const image of shown) expect(image).toBeLessThan(10)
  }
})

test('a step shows the same images whichever steps were asked for before', () => {
  const again = createOrder({ images: 10, batch: 3, epochs: 2, seed: 1 })
  for (const step of [5, 0, 3, 2]) expect(again.at(step)).toEqual(order.at(step))
})

test('epochs and seeds differ in their order', () => {
  const large = { images: 1000, batch: 1000, epochs: 2 }
  const one = createOrder({ ...large, seed: 1 })
  expect(one.at(0)).not.toEqual(one.at(1))
  expect(one.at(0)).not.toEqual(createOrder({ ...large, seed: 2 }).at(0))
})
