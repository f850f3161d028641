import { describe, expect, test } from 'vitest'
import { buildCache } from '../../src/cache/cache.js'
import type { Support } from '../../src/features/support.js'
import { centred } from '../../src/spaces/centred.js'
import { clip } from '../../src/spaces/clip.js'
import { imo } from '../../src/spaces/imo.js'
import { whitened } from '../../src/spaces/whitened.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { gatherRows, type Matrix, matrix, rowOf } from '../../src/tensor/matrix.js'
import { pickSupport, syntheticTask } from '../../src/testing/synthetic.js'
import { sharedRuntime } from '../helpers/shared.js'

const runtime = sharedRuntime()
const kernels = createKernels(runtime)

const { support, queries } = syntheticTask({ shots: [2, 3, 1], bases: ['imo'] })
const mixedUp = pickSupport(support, [5, 2, 0, 4, 1, 3])
const featuresIn = ({ features }: Support, base: string): Matrix => features[base] as Matrix

describe('a cache', () => {
  test('sorts its keys by class, and keeps their order within a class', async () => {
    const cache = await buildCache(mixedUp, clip(), kernels)
    expect([...mixedUp.labels]).toEqual([2, 1, 0, 1, 0, 1])
    expect([...cache.labels]).toEqual([0, 0, 1, 1, 1, 2])
    expect([...cache.order]).toEqual([2, 4, 1, 3, 5, 0])
    expect(cache.keys).toEqual(gatherRows(featuresIn(mixedUp, 'clip'), cache.order))
  })

  test('counts the keys of every class, including classes without keys', async () => {
    const { counts, classes } = await buildCache({ ...support, classes: 5 }, clip(), kernels)
    expect(classes).toBe(5)
    expect([...counts]).toEqual([2, 3, 1, 0, 0])
  })

  test('has its keys both in clip and in the space', async () => {
    const cache = await buildCache(mixedUp, imo(), kernels)
    expect(cache.keys).toEqual(gatherRows(featuresIn(mixedUp, 'clip'), cache.order))
    expect(cache.spaceKeys).toEqual(gatherRows(featuresIn(mixedUp, 'imo'), cache.order))
  })

  test('projects its keys into a fitted space', async () => {
    const { keys, spaceKeys, labels } = await buildCache(mixedUp, centred(), kernels)
    const fitted = await centred().fit?.({ features: keys, labels, textClassifier: null }, kernels)
    expect(spaceKeys).toEqual(await fitted?.project(keys))
  })

  test('refuses a space if the support set or the queries lack its base features', async () => {
    const { clip: only } = support.features
    const bare = { ...support, features: { clip: only as Matrix } }
    await expect(buildCache(bare, imo(), kernels)).rejects.toMatchObject({ code: 'SPACE_NOT_AVAILABLE' })
    const cache = await buildCache(support, imo(), kernels)
    expect(() => [...cache.batches({ clip: only as Matrix })]).toThrow(
      expect.objectContaining({ code: 'SPACE_NOT_AVAILABLE' }),
    )
  })

  test('of an empty support set gives sums of 0', async () => {
    for (const space of [clip(), centred(), whitened()]) {
      const cache = await buildCache(pickSupport(support, []), space, kernels)
      for (const batch of cache.batches(queries)) {
        expect(await batch.sharpenedSums(1)).toEqual(matrix(batch.rows, 3))
      }
    }
  })

  test('derives a value once, even for concurrent calls', async () => {
    const cache = await buildCache(support, clip(), kernels)
    let computed = 0
    const derive = () => cache.derive('something', async () => ++computed)
    expect(await Promise.all([derive(), derive()])).toEqual([1, 1])
    expect(await cache.derive('something else', async () => 'another')).toBe('another')
  })
})

describe('chunks', () => {
  /** Enough images for more than one chunk when compared with each other. */
  const many = 2200
  const angles = Array.from({ length: many }, (_, i) => [Math.cos(i), Math.sin(i)]).flat()
  const circle = matrix(many, 2, Float32Array.from(angles))
  const large: Support = {
    features: { clip: circle },
    labels: Int32Array.from({ length: many }, (_, i) => i % 2),
    classes: 2,
    textClassifier: null,
    logitScale: 100,
  }

  test('of queries are consecutive and complete', async () => {
    const cache = await buildCache(large, clip(), kernels)
    const batches = [...cache.batches({ clip: circle })]
    expect(batches.length).toBeGreaterThan(1)
    let next = 0
    for (const { from, rows, queries: part } of batches) {
      expect(from).toBe(next)
      expect(rowOf(part, 0)).toEqual(rowOf(circle, from))
      next = from + rows
    }
    expect(next).toBe(many)
  })
})
