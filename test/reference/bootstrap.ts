import { groups } from '../../src/evaluation/overlap/bootstrap.js'
import { seeded } from '../../src/system/random.js'

/** The interval of overlap, one draw, one pair of groups and one bin after the other, in double precision. */
export function bootstrapByDefinition(blocks: Uint32Array, bins: number): { low: number; high: number } {
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
