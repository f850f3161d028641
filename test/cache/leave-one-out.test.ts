import { describe, expect, test } from 'vitest'
import { buildCache } from '../../src/cache/cache.js'
import { foldsOf, leaveOneOut } from '../../src/cache/leave-one-out.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { clip } from '../../src/spaces/clip.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { rowOf } from '../../src/tensor/matrix.js'
import { pick, pickSupport, syntheticTask } from '../../src/testing/synthetic.js'
import { sharedRuntime } from '../helpers/shared.js'
import { foldsOf as foldsByDefinition } from '../reference/folds.js'

const kernels = createKernels(sharedRuntime())

const labelsOf = (counts: readonly number[]) =>
  Int32Array.from(counts.flatMap((count, c) => new Array<number>(count).fill(c)))
const countsOf = (labels: Int32Array, images: Int32Array, classes: number) => {
  const counts = new Array<number>(classes).fill(0)
  for (const image of images)
    counts[labels[image] as number] = (counts[labels[image] as number] as number) + 1
  return counts
}

describe.each([[[4, 4, 4]], [[2, 2]], [[3]], [[5, 1, 3, 2]], [[1, 30, 2]], [[3, 0, 2]], [[40, 64, 33, 7]]])(
  'with %j images of the classes',
  (counts) => {
    const labels = labelsOf(counts)
    const folds = foldsOf(labels)

    test('every image of a class with others is scored once, and no other', () => {
      const scored = folds.flatMap((fold) => [...fold.scored]).sort((a, b) => a - b)
      expect(scored).toEqual([...labels.keys()].filter((i) => (counts[labels[i] as number] as number) > 1))
    })

    test('no image is compared with itself', () => {
      for (const { scored, kept } of folds) {
        expect([...scored].filter((image) => kept.includes(image))).toEqual([])
      }
    })

    test('the number of keys does not tell the class of the image that is scored', () => {
      for (const { kept } of folds) {
        const keys = countsOf(labels, kept, counts.length)
        for (const [c, count] of counts.entries()) {
          if (count < 2) expect(keys[c]).toBe(count)
          // The classes with more than 32 images leave out their share.
          else
            expect([Math.floor(count / 32) || 1, Math.ceil(count / 32)]).toContain(
              count - (keys[c] as number),
            )
        }
      }
    })

    test('there are as many folds as the largest class has images, and at most 32', () => {
      expect(folds.length).toBe(Math.min(Math.max(...counts), 32))
    })
  },
)

test('with one image a class, each half is compared with the other', () => {
  const folds = foldsOf(labelsOf([1, 1, 1, 1, 1]))
  expect(folds.map(({ scored, kept }) => [[...scored], [...kept]])).toEqual([
    [
      [0, 2, 4],
      [1, 3],
    ],
    [
      [1, 3],
      [0, 2, 4],
    ],
  ])
})

test('the images of a class need not be side by side', () => {
  const [first, second] = foldsOf(Int32Array.of(1, 0, 1, 0))
  expect([[...(first?.scored ?? [])], [...(first?.kept ?? [])]]).toEqual([
    [1, 0],
    [2, 3],
  ])
  expect([[...(second?.scored ?? [])], [...(second?.kept ?? [])]]).toEqual([
    [3, 2],
    [0, 1],
  ])
})

test('the folds depend on the images, not on their order', async () => {
  const { support } = syntheticTask({ shots: [3, 3] })
  const foldOf = async (order: readonly number[]) => {
    const shuffled = pickSupport(support, order)
    const { images } = leaveOneOut(shuffled, await buildCache(shuffled, clip(), kernels))
    return Array.from(images, (image) => order[image])
  }
  expect(await foldOf([5, 2, 0, 4, 1, 3])).toEqual(await foldOf([0, 1, 2, 3, 4, 5]))
})

const { space: spaceOf } = createRegistry([builtin()])

test.each(['clip', 'centred', 'whitened', 'shrunk', 'generic', 'generic+centred', 'generic+shrunk', 'plda'])(
  'in %s an image has the affinities of a cache that is built without its fold',
  async (id) => {
    const space = spaceOf(id)
    const { support } = syntheticTask({ shots: [3, 2, 4], noise: 1 })
    const cache = await buildCache(support, space, kernels)
    const { images, batches } = leaveOneOut(support, cache)
    const keptWith = (image: number) => {
      const left = foldsByDefinition(support).find(({ scored }) => scored.includes(image))?.left ?? []
      return [...support.labels.keys()].filter((other) => !left.includes(other))
    }
    let at = 0
    for await (const batch of batches()) {
      const affinities = await batch.affinities()
      for (let row = 0; row < batch.rows; row++) {
        const image = images[at++] as number
        const without = await buildCache(pickSupport(support, keptWith(image)), space, kernels)
        const [alone] = [...without.batches(pick(support.features, [image]))]
        const expected = (await alone?.affinities())?.data ?? []
        expect(rowOf(affinities, row).length).toBe(expected.length)
        rowOf(affinities, row).forEach((value, j) => void expect(value).toBeCloseTo(expected[j] as number, 5))
      }
    }
    expect(at).toBe(support.labels.length)
  },
)
