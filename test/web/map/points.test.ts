import { expect, test } from 'vitest'
import { seeded } from '../../../src/system/random.js'
import { firstTwo, fitted, floatsOf, inside, nearest, turnedTo } from '../../../web/src/map/points.js'

const random = seeded('map-points')
const cloud = Float32Array.from({ length: 60 }, () => random.next() * 2 - 1)

test('components are read from base64, little-endian, and the first two are places', () => {
  const buffer = Buffer.alloc(24)
  for (const [i, value] of [1, 2, 3, -4, 0.5, 6].entries()) buffer.writeFloatLE(value, 4 * i)
  const floats = floatsOf(buffer.toString('base64'))
  expect([...floats]).toEqual([1, 2, 3, -4, 0.5, 6])
  expect([...firstTwo(floats, 3)]).toEqual([1, 2, -4, 0.5])
  expect([...firstTwo(floats, 1)].slice(0, 4)).toEqual([1, 0, 2, 0])
})

test('points are moved and scaled to −1 to 1, the same in both directions', () => {
  const places = fitted(Float32Array.of(10, 0, 30, 10, 20, 5))
  expect([...places]).toEqual([-1, -0.5, 1, 0.5, 0, 0])
  const wide = fitted(Float32Array.of(0, 0, 40, 10), 2)
  expect([...wide]).toEqual([-2, -0.5, 2, 0.5])
  expect([...fitted(Float32Array.of(3, 3, 3, 3))]).toEqual([0, 0, 0, 0])
})

test.each([
  ['turned', 1],
  ['turned and mirrored', -1],
])('points that were only %s are turned back to where they were', (_, mirror) => {
  for (const angle of [0.3, 2, -2.5, Math.PI]) {
    const changed = Float32Array.from(cloud, (_, i) => {
      const [x, y] = [cloud[2 * Math.floor(i / 2)] ?? 0, (cloud[2 * Math.floor(i / 2) + 1] ?? 0) * mirror]
      return (
        5 +
        (i % 2 === 0 ? x * Math.cos(angle) - y * Math.sin(angle) : x * Math.sin(angle) + y * Math.cos(angle))
      )
    })
    const back = fitted(turnedTo(changed, cloud))
    const expected = fitted(cloud)
    for (const [i, value] of back.entries()) expect(value).toBeCloseTo(expected[i] ?? 0, 4)
  }
})

test('no other turn brings points nearer to their target', () => {
  const other = Float32Array.from({ length: 60 }, () => random.next() * 2 - 1)
  const mean = (places: Float32Array, axis: number) =>
    places.reduce((sum, value, i) => sum + (i % 2 === axis ? value : 0), 0) / 30
  const [mx, my] = [mean(other, 0), mean(other, 1)]
  const cost = (places: Float32Array) =>
    places.reduce((sum, value, i) => sum + (value - ((other[i] ?? 0) - (i % 2 === 0 ? mx : my))) ** 2, 0)
  const best = turnedTo(cloud, other)
  let least = Number.POSITIVE_INFINITY
  for (let step = 0; step < 360; step++) {
    const angle = (step * Math.PI) / 180
    for (const mirror of [1, -1]) {
      const tried = Float32Array.from(best, (_, i) => {
        const [x, y] = [best[2 * Math.floor(i / 2)] ?? 0, (best[2 * Math.floor(i / 2) + 1] ?? 0) * mirror]
        return i % 2 === 0
          ? x * Math.cos(angle) - y * Math.sin(angle)
          : x * Math.sin(angle) + y * Math.cos(angle)
      })
      least = Math.min(least, cost(tried))
    }
  }
  expect(least).toBeGreaterThanOrEqual(cost(best) - 1e-4)
})

test('a lasso holds what lies inside, also where it is not convex', () => {
  const places = Float32Array.of(0, 0, 1, 1, 3, 1, 5, 5)
  // A U that leaves out its middle.
  const u = [-1, -1, 4, -1, 4, 4, 2.5, 4, 2.5, 0.5, 0.5, 0.5, 0.5, 4, -1, 4]
  expect(inside(places, u)).toEqual([0, 2])
  expect(inside(places, [])).toEqual([])
})

test('the nearest point is found within reach alone', () => {
  const places = Float32Array.of(0, 0, 1, 0)
  expect(nearest(places, 0.9, 0.1, 0.5)).toBe(1)
  expect(nearest(places, 0.5, 3, 0.5)).toBeUndefined()
})
