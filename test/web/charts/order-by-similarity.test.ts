import { expect, test } from 'vitest'
import { seeded } from '../../../src/system/random.js'
import { orderBySimilarity, similarityOfConfusion } from '../../../web/src/charts/order-by-similarity.js'

/** Average linkage by its definition: the two clusters with the greatest mean similarity are joined, again and again. */
function clustersByDefinition(similarity: readonly (readonly number[])[]): string[] {
  let clusters = similarity.map((_, i) => [i])
  const made: string[] = []
  const between = (a: readonly number[], b: readonly number[]) =>
    a.flatMap((i) => b.map((j) => similarity[i]?.[j] ?? 0)).reduce((sum, value) => sum + value, 0) /
    (a.length * b.length)
  while (clusters.length > 1) {
    let best: [number[], number[]] | undefined
    for (const a of clusters)
      for (const b of clusters) if (a !== b && (!best || between(a, b) > between(...best))) best = [a, b]
    const [a, b] = best ?? [[], []]
    const joined = [...a, ...b].sort((x, y) => x - y)
    clusters = [...clusters.filter((each) => each !== a && each !== b), joined]
    made.push(joined.join(' '))
  }
  return made
}

test('every cluster of average linkage stands together in the order', () => {
  const random = seeded('order-by-similarity')
  for (let round = 0; round < 20; round++) {
    const n = 2 + random.integer(12)
    const similarity = Array.from({ length: n }, () => Array.from({ length: n }, () => 0))
    for (let i = 0; i < n; i++)
      for (let j = 0; j < i; j++) {
        const value = random.next() + 0.01
        ;[similarity[i], similarity[j]].forEach((row, k) => {
          if (row) row[k === 0 ? j : i] = value
        })
      }
    const order = orderBySimilarity(similarity)
    expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i))
    for (const cluster of clustersByDefinition(similarity)) {
      const places = cluster.split(' ').map((i) => order.indexOf(Number(i)))
      expect(Math.max(...places) - Math.min(...places)).toBe(places.length - 1)
    }
  }
})

test('classes that are never confused keep their order, at the end', () => {
  const confusion = [
    [5, 0, 0, 0],
    [0, 4, 0, 1],
    [0, 0, 5, 0],
    [0, 2, 0, 3],
  ]
  expect(orderBySimilarity(similarityOfConfusion(confusion)).slice(2)).toEqual([0, 2])
  expect(similarityOfConfusion(confusion)[1]?.[3]).toBeCloseTo((1 / 5 + 2 / 5) / 2)
  expect(orderBySimilarity([])).toEqual([])
  expect(orderBySimilarity([[0]])).toEqual([0])
})

test('300 classes are ordered', () => {
  const n = 300
  const near = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => (i === j ? 0 : 1 / Math.abs(((i * 7) % n) - ((j * 7) % n)))),
  )
  expect(new Set(orderBySimilarity(near)).size).toBe(n)
})
