import { describe, expect, test } from 'vitest'
import { addInterval } from '../../../src/evaluation/search/intervals.js'
import { seeded } from '../../../src/system/random.js'
import { grids } from '../problems.js'

describe('the interval of one image', () => {
  /** The counts along a row by `addInterval`, and by trying every value. */
  function compare(
    label: number,
    fixed: readonly number[],
    slopes: readonly number[],
    grid: readonly number[],
  ) {
    const isRight = (value: number): boolean => {
      const logits = fixed.map((t, c) => t + value * (slopes[c] as number))
      return logits.indexOf(Math.max(...logits)) === label
    }
    const margins = (values: readonly number[]) =>
      Float64Array.from(values, (value) => (values[label] as number) - value)
    const sizes = margins(slopes)
      .map(Math.abs)
      .filter((size) => size > 0)
    const differences = new Int32Array(3 * grid.length + 2)
    addInterval(
      {
        label,
        classes: fixed.length,
        fixed: margins(fixed),
        slopes: margins(slopes),
        minSlope: Math.min(...sizes),
        rounding: 1e-12,
        isRight,
      },
      Float64Array.from(grid),
      differences,
      1,
      3,
    )
    let count = 0
    const counts = grid.map((_, at) => {
      count += differences[1 + 3 * at] as number
      return count
    })
    const touched = [...differences.keys()].filter((at) => differences[at] !== 0)
    return { counts, expected: grid.map((value) => Number(isRight(value))), touched }
  }

  test.each(Object.entries(grids))('is where trying every value finds it, on the grid %s', (name, grid) => {
    for (let trial = 0; trial < 400; trial++) {
      const random = seeded('intervals', name, trial)
      const classes = 1 + random.integer(5)
      const draw = trial % 2 ? () => random.integer(9) - 4 : () => 2 * random.next() - 1
      const logits = () => Array.from({ length: classes }, draw)
      const { counts, expected } = compare(random.integer(classes), logits(), logits(), grid)
      expect(counts, `trial ${trial}`).toEqual(expected)
    }
  })

  test('stays within its own row', () => {
    const { touched } = compare(0, [1, 0], [0, 0], [0, 1, 2])
    expect(touched).toEqual([1])
  })

  test('ends on the value where a class that comes later is as good, and before one that comes first', () => {
    expect(compare(0, [2, 0], [0, 1], [0, 1, 2, 3]).counts).toEqual([1, 1, 1, 0])
    expect(compare(1, [0, 2], [1, 0], [0, 1, 2, 3]).counts).toEqual([1, 1, 0, 0])
  })

  test('is empty where another class is always better, and the whole row where there is none', () => {
    expect(compare(0, [0, 1], [0, 0], [0, 1]).counts).toEqual([0, 0])
    expect(compare(0, [0], [0], [0, 1]).counts).toEqual([1, 1])
  })
})
