import { expect, test } from 'vitest'
import { seeded } from '../../../src/system/random.js'
import { neighboursOf } from '../../../web/src/map/neighbours.js'

test('the neighbours are those of sorting all distances, each point the first of its own', () => {
  const random = seeded('map-neighbours')
  const [count, dimensions, k] = [80, 3, 7]
  const data = Float32Array.from({ length: count * dimensions }, () => Math.round(random.next() * 20))
  const { indices, distances } = neighboursOf(data, dimensions, k)
  const point = (i: number) => [...data.subarray(i * dimensions, (i + 1) * dimensions)]
  for (let i = 0; i < count; i++) {
    const all = Array.from({ length: count }, (_, j) =>
      Math.hypot(...point(i).map((value, d) => value - (point(j)[d] ?? 0))),
    ).sort((a, b) => a - b)
    expect(indices[i]?.[0]).toBe(i)
    expect(new Set(indices[i]).size).toBe(k)
    for (const [n, distance] of (distances[i] ?? []).entries()) expect(distance).toBeCloseTo(all[n] ?? 0, 5)
  }
})
