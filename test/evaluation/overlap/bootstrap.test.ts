import { expect, test } from 'vitest'
import { bootstrapInterval, groups, groupsOf } from '../../../src/evaluation/overlap/bootstrap.js'
import { seeded } from '../../../src/system/random.js'
import { createKernels } from '../../../src/tensor/kernels.js'
import { sharedRuntime } from '../../helpers/shared.js'
import { bootstrapByDefinition } from '../../reference/bootstrap.js'

const runtime = sharedRuntime()
const kernels = createKernels(runtime)

/** [groups, groups, 2, bins]: counts of chance below `most`, above the diagonal only, as pairs are counted once. */
function blocksOf(most: number, bins: number): Uint32Array {
  const random = seeded('blocks', most)
  return Uint32Array.from({ length: groups * groups * 2 * bins }, (_, i) => {
    const pair = Math.floor(i / (2 * bins))
    return pair % groups < Math.floor(pair / groups) ? 0 : random.integer(most)
  })
}

test.each([
  ['a few pairs', 2, 7],
  ['as many pairs as 5,000 images have', (2 * 12_500_000) / (528 * 2 * 5), 5],
])('the interval is to the bit that of its definition: %s', async (_, most, bins) => {
  const blocks = blocksOf(Math.floor(most), bins)
  expect(await bootstrapInterval(blocks, bins, kernels)).toEqual(bootstrapByDefinition(blocks, bins))
})

test('a histogram that is empty in a draw overlaps with nothing in it', async () => {
  const blocks = new Uint32Array(groups * groups * 2 * 3)
  blocks[0] = 5
  expect(await bootstrapInterval(blocks, 3, kernels)).toEqual({ low: 0, high: 0 })
})

test('every class is spread over the groups', () => {
  const labels = Int32Array.from({ length: 320 }, (_, i) => i % 5)
  const group = groupsOf(labels)
  for (let c = 0; c < 5; c++) {
    const seen = new Set([...group].filter((_, i) => labels[i] === c))
    expect(seen.size).toBe(groups)
  }
})
