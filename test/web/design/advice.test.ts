import { expect, test } from 'vitest'
import { seeded } from '../../../src/system/random.js'
import {
  adviceOn,
  criticalValue,
  fittingShots,
  imagesToShow,
  moreImages,
  visibleLead,
} from '../../../web/src/design/advice.js'

test('the shots that are offered fit the smallest class', () => {
  expect([0, 1, 3, 5, 8, 15, 16, 100].map(fittingShots)).toEqual([
    ...[[], [1], [1, 2], [1, 2, 4], [2, 4, 8], [2, 4, 8], [1, 4, 16], [1, 4, 16]],
  ])
})

test('a lead as large as is said shows about every second time, and half of it seldom', () => {
  const random = seeded('visible-lead')
  const images = 300
  /** How often McNemar's test finds a lead of so many points, for methods that disagree on a fifth of the images. */
  const found = (points: number) => {
    let significant = 0
    for (let round = 0; round < 1000; round++) {
      let [won, lost] = [0, 0]
      for (let i = 0; i < images; i++) {
        const draw = random.next()
        if (draw < 0.1 + points / 200) won++
        else if (draw < 0.2) lost++
      }
      if (Math.abs(won - lost) > 1.96 * Math.sqrt(won + lost)) significant++
    }
    return significant / 1000
  }
  const lead = visibleLead(images)
  expect(found(lead)).toBeGreaterThan(0.4)
  expect(found(lead)).toBeLessThan(0.6)
  expect(found(lead / 2)).toBeLessThan(0.25)
  // And back: so many images show the lead that they show.
  expect(visibleLead(imagesToShow(5))).toBeLessThanOrEqual(5)
  expect(visibleLead(imagesToShow(5))).toBeGreaterThan(4.5)
})

test('a newcomer is told what limits a dataset, and of a good one nothing', () => {
  expect(adviceOn({ classes: 10, least: 16, validation: 100, test: 500 })).toEqual([])
  const told = adviceOn({ classes: 1, least: 3, validation: 0, test: 24 }).join('\n')
  expect(told).toMatch(/has one class/)
  expect(told).toMatch(
    /smallest class has 3 images in the support pool, so up to 3 shots fit: for example 1 and 2/,
  )
  expect(told).toMatch(/With 24 test images, a lead of less than about 18 points looks like a tie/)
  expect(told).toMatch(/no validation images/)
  expect(adviceOn({ classes: 2, least: 1, validation: 1, test: 300 })[0]).toMatch(/up to 1 shot fit/)
  expect(adviceOn({ classes: 2, least: 0, validation: 1, test: 0 })).toHaveLength(2)
})

test('a tie says how many test images would tell, if more would', () => {
  expect(moreImages(24, 18, 8, 1)).toBe(
    'Why it is a tie of 9: with 24 test images, only a lead of about 18 points shows. To see a lead of 3 points takes at least about 870 test images.',
  )
  // Many pairs of methods need a greater lead.
  expect(moreImages(24, 18, 8, 36)).toMatch(/a lead of about 29 points shows/)
  expect(moreImages(5000, 0.5, 1, 1)).toBeNull()
  expect(moreImages(24, null, 1, 1)).toBeNull()
})

test.each([
  [0.05, 1.95996],
  [0.01, 2.57583],
  [0.05 / 36, 3.197],
  [0.05 / 406, 3.839],
])('at p = %d a difference has %d standard errors', (p, z) => {
  expect(criticalValue(p)).toBeCloseTo(z, 2)
})
