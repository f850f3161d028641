import { afterAll, expect, test } from 'vitest'
import { bootstrapInterval, groups, groupsOf } from '../../../src/evaluation/overlap/bootstrap.js'
import { seeded } from '../../../src/random.js'
import { createKernels } from '../../../src/tensor/kernels.js'
import { openRuntime } from '../../../src/tensor/runtime.js'

const runtime = openRuntime({ threads: 1 })
afterAll(() => runtime.close())
const kernels = createKernels(runtime)

/** The interval, one draw, one pair of groups and one bin after the other, in double precision. */
function byDefinition(blocks: Uint32Array, bins: number): { low: number; high: number } {
  const random = seeded('overlap bootstrap')
  const values: number[] = []
  for (let r = 0; r < 1000; r++) {
    const drawn = Array.from({ length: groups }, () => random.integer(groups))
    const times = Array.from({ length: groups }, (_, g) => drawn.filter((each) => each === g).length)
    const histogram = (same: number) =>
      Array.from({ length: bins }, (_, k) => {
        let count = 0
        for (let g = 0; g < groups; g++) {
          for (let h = 0; h < groups; h++) {
            const pairs = blocks[((g * groups + h) * 2 + same) * bins + k] ?? Number.NaN
            count += (times[g] ?? 0) * (times[h] ?? 0) * pairs
          }
        }
        return count
      })
    const [different, same] = [histogram(0), histogram(1)]
    const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0)
    const [all, allSame] = [sum(different), sum(same)]
    const shared = same.map((count, k) => Math.min(count / allSame, (different[k] ?? 0) / all))
    values.push(all === 0 || allSame === 0 ? 0 : sum(shared))
  }
  values.sort((a, b) => a - b)
  return { low: values[24] ?? Number.NaN, high: values[974] ?? Number.NaN }
}

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
  expect(await bootstrapInterval(blocks, bins, kernels)).toEqual(byDefinition(blocks, bins))
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
