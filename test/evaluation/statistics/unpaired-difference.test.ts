import { describe, expect, test } from 'vitest'
import { unpairedDifference } from '../../../src/evaluation/statistics/unpaired-difference.js'
import { simulate, stream } from '../../reference/simulated-comparisons.js'

describe('the interval of a drop between two samples of images', () => {
  test.each([1, 3])('holds the true drop about as often as it says, with %i support sets', (sets) => {
    const random = stream('drop', sets)
    // Both accuracies are of one method, so they share their support sets. With one support set the claim is about that set.
    const model = {
      accuracies: [0.8, 0.6],
      images: 1,
      sets: sets === 1 ? 0 : 0.3,
      sharedImages: 0,
      sharedSets: 0.8,
    }
    let held = 0
    for (let trial = 0; trial < 400; trial++) {
      const [a, b] = simulate(model, sets, 80, random)
      const interval = a && b && unpairedDifference(a, b)
      if (interval && interval.low <= 0.2 && 0.2 <= interval.high) held++
    }
    expect(held / 400).toBeGreaterThan(0.88)
    expect(held / 400).toBeLessThan(1)
  })

  test('is not known for one image', () => {
    const one = { sets: 2, images: 1, values: new Float64Array(2) }
    const more = { sets: 2, images: 3, values: new Float64Array(6) }
    expect(unpairedDifference(one, more)).toBe(null)
  })
})
