import { describe, expect, test } from 'vitest'
import { fitMethod } from '../../../src/evaluation/fit.js'
import { halvingRounds } from '../../../src/evaluation/search/halving.js'
import { defineMethod, linspace, type Method, shape } from '../../../src/methods/contract.js'
import { tipAdapter } from '../../../src/methods/tip-adapter.js'
import { clip } from '../../../src/spaces/clip.js'
import { createKernels } from '../../../src/tensor/kernels.js'
import { matrix } from '../../../src/tensor/matrix.js'
import { syntheticTask } from '../../../src/testing/synthetic.js'
import { sharedRuntime } from '../../helpers/shared.js'

const kernels = createKernels(sharedRuntime())
const shots = [80, 80, 80]
const { support, queries } = syntheticTask({
  ...{ shots, noise: 1.2, queryClasses: Array.from({ length: 240 }, (_, i) => i % 3) },
})
const labels = Int32Array.from({ length: 240 }, (_, i) => i % 3)

/** Tip-Adapter that scores by itself, so that both its weight and its shape are searched as shapes. It counts rows scored. */
function counting(): { method: Method; rows: () => number } {
  let rows = 0
  const method = defineMethod({
    id: 'counting',
    name: 'Counting',
    summary: '',
    space: 'clip',
    usesTexts: true,
    hyperparameters: {
      alpha: shape({ default: 1, grid: linspace(0, 20, 12), summary: '' }),
      beta: shape({ default: 1, grid: linspace(0, 20, 12), summary: '' }),
    },
    async score(batch, { alpha = 0, beta = 0 }) {
      rows += batch.rows
      const [texts, keys] = [await batch.textSimilarities(), await batch.sharpenedSums(beta)]
      return matrix(
        texts.rows,
        texts.columns,
        texts.data.map((similarity, at) => 100 * similarity + alpha * (keys.data[at] as number)),
      )
    },
  })
  return { method, rows: () => rows }
}

const fitted = async (
  search: 'EXACT' | 'HALVING',
  selection: 'VALIDATION' | 'LEAVE_ONE_OUT',
  onProgress?: (share: number) => void,
) => {
  const { method, rows } = counting()
  const result = await fitMethod({
    ...{ method, space: clip(), support, kernels, selection, search },
    validation: { features: queries, labels },
    ...(onProgress && { onProgress }),
  })
  return { ...result, rows: rows() }
}

describe.each(['VALIDATION', 'LEAVE_ONE_OUT'] as const)('successive halving with %s', (selection) => {
  test('scores a fraction of the images, and loses little', async () => {
    const exact = await fitted('EXACT', selection)
    const halved = await fitted('HALVING', selection)
    expect(halved.rows).toBeLessThan(0.65 * exact.rows)
    const [best = 0, found = 0] = [exact.selectionAccuracy ?? 0, halved.selectionAccuracy ?? 0]
    expect(found).toBeLessThanOrEqual(best)
    expect(found).toBeGreaterThan(best - 2)
    expect(halved.selectionImages).toBe(exact.selectionImages)
  })

  test.each(['EXACT', 'HALVING'] as const)('%s tells how far it is, up to the end', async (search) => {
    const shares: number[] = []
    await fitted(search, selection, (share) => shares.push(share))
    expect(shares.length).toBeGreaterThan(10)
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(shares.at(-1)).toBeGreaterThan(0.9)
  })
})

test('few combinations of shapes are searched exactly', async () => {
  const given = { method: tipAdapter(), space: clip(), support, kernels, selection: 'LEAVE_ONE_OUT' as const }
  const grids = { beta: [1, 2, 5] }
  const exact = await fitMethod({ ...given, grids })
  const halved = await fitMethod({ ...given, grids, search: 'HALVING' })
  expect(halved.values).toEqual(exact.values)
  expect(halved.selectionAccuracy).toBe(exact.selectionAccuracy)
})

test('rounds try fewer combinations on more images', () => {
  expect(halvingRounds({ shapes: 3000, parts: 16, images: 1032 })).toEqual([
    { shapes: 3000, parts: 1, kept: 750 },
    { shapes: 750, parts: 4, kept: 188 },
    { shapes: 188, parts: 16, kept: 1 },
  ])
  expect(halvingRounds({ shapes: 20, parts: 16, images: 1032 })).toEqual([
    { shapes: 20, parts: 4, kept: 5 },
    { shapes: 5, parts: 16, kept: 1 },
  ])
  expect(halvingRounds({ shapes: 15, parts: 16, images: 1032 })).toEqual([{ shapes: 15, parts: 16, kept: 1 }])
  expect(halvingRounds({ shapes: 3000, parts: 2, images: 1032 })).toEqual([
    { shapes: 3000, parts: 2, kept: 1 },
  ])
  expect(halvingRounds({ shapes: 3000, parts: 16, images: 200 })).toHaveLength(1)
})
