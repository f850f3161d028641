import { describe, expect, test } from 'vitest'
import { buildCache } from '../../../src/cache/cache.js'
import type { Batch } from '../../../src/cache/contract.js'
import { gridOf } from '../../../src/evaluation/search/grid.js'
import { search } from '../../../src/evaluation/search/search.js'
import { linspace, rangeOf, type Term, type Values } from '../../../src/methods/contract.js'
import { rangesOver } from '../../../src/methods/score.js'
import { builtin } from '../../../src/plugins/builtin.js'
import { createRegistry } from '../../../src/plugins/registry.js'
import { clip } from '../../../src/spaces/clip.js'
import { createKernels } from '../../../src/tensor/kernels.js'
import { rowOf } from '../../../src/tensor/matrix.js'
import { syntheticTask } from '../../../src/testing/synthetic.js'
import { sharedRuntime } from '../../helpers/shared.js'
import { bruteForce, pointsOf } from '../../reference/brute-force.js'
import { randomProblem, scoring } from '../problems.js'
import { expectExact, kindsOfProblems, searching, usualTrials } from './exact-search.js'

describe('the exact search finds what brute force finds, the same of several equal points', () => {
  // exact-search.long.test.ts has the other trials.
  test.each(Object.entries(kindsOfProblems))('%s', async (kind, { trials = usualTrials, ...options }) => {
    for (let trial = 0; trial < trials / 4; trial++) await expectExact(kind, trial, options)
  })

  test('with some hyperparameters fixed, also between the values of their grids', async () => {
    for (let trial = 0; trial < 60; trial++) {
      const problem = randomProblem('fixed', trial, { weights: 2, shapes: 0 })
      const [axis, ...others] = problem.reference.axes
      const [first = 0, last = 0] = [axis?.values[0], axis?.values.at(-1)]
      const between = first + 0.3 * (last - first)
      const axes = axis ? [{ ...axis, values: [between] }, ...others] : []
      const { values, correct } = bruteForce({ ...problem.reference, axes })
      const fixed = { [axis?.name ?? '']: between }
      expect(await searching(problem, { fixed }), `trial ${trial}`).toEqual({ values, correct })
    }
  })

  test('with grids narrowed to other values, given in any order and twice', async () => {
    for (let trial = 0; trial < 60; trial++) {
      const problem = randomProblem('narrowed', trial, { weights: 1, grids: ['integers', 'reference'] })
      const axes = problem.reference.axes.map((axis) =>
        axis.name === 'weight0' ? { ...axis, values: [0.5, 3, 17.25] } : axis,
      )
      const { values, correct } = bruteForce({ ...problem.reference, axes })
      const narrowed = { weight0: [17.25, 0.5, 3, 0.5] }
      expect(await searching(problem, { narrowed }), `trial ${trial}`).toEqual({ values, correct })
    }
  })

  test('at every single point of a grid', async () => {
    for (let trial = 0; trial < 12; trial++) {
      const problem = randomProblem('points', trial, { weights: 2, shapes: 1, grids: ['thirds', 'few'] })
      const { counts } = bruteForce(problem.reference)
      for (const [point, fixed] of pointsOf(problem.reference.axes).entries()) {
        expect(await searching(problem, { fixed })).toEqual({ values: fixed, correct: counts[point] })
      }
    }
  })
})

describe('the exact search over real terms', () => {
  const runtime = sharedRuntime()
  const kernels = createKernels(runtime)
  const narrowed = { alpha: linspace(0, 20, 41), beta: linspace(0, 20, 9), gamma: linspace(0, 30, 13) }

  for (const method of createRegistry([builtin()]).methods) {
    const { terms } = method
    if (!terms) continue

    test(`finds what brute force finds for ${method.id}`, async () => {
      const { support, queries, images } = syntheticTask({ shots: [3, 3, 3, 3], noise: 1, bases: ['imo'] })
      const cache = await buildCache(support, clip(), kernels)
      const [batch] = [...cache.batches(queries)] as [Batch]
      const labels = Array.from({ length: images }, (_, i) => i % support.classes)
      const ranges = await rangesOver(method, [batch])
      const grid = gridOf(method, {
        narrowed: Object.fromEntries(
          Object.entries(narrowed).flatMap(([name, values]) => {
            const hyperparameter = method.hyperparameters[name]
            if (hyperparameter === undefined) return []
            const { min, max } = rangeOf(hyperparameter)
            return [[name, values.filter((value) => value >= min && value <= max)]]
          }),
        ),
      })
      const rows = new Map<string, number[][]>()
      const keyOf = (term: Term, values: Values) =>
        [term.name, ...term.shapes.map((name) => values[name])].join()
      for (const term of terms) {
        for (const values of pointsOf(grid.axes.filter(({ name }) => term.shapes.includes(name)))) {
          const logits = await term.logits(batch, values, ranges[term.name] ?? {})
          rows.set(
            keyOf(term, values),
            Array.from({ length: images }, (_, i) => [...rowOf(logits, i)]),
          )
        }
      }
      const { values, correct } = bruteForce({
        axes: grid.axes,
        terms: terms.map((term) => ({
          weight: term.weight,
          logits: (point) => rows.get(keyOf(term, point)) ?? [],
        })),
        classes: support.classes,
        labels,
      })
      const data = { batches: [batch], labels: Int32Array.from(labels) }
      expect(await search({ method, grid, data, ranges })).toEqual({ values, correct })
    })
  }
})

describe('a method that scores by itself', () => {
  test('is searched point by point, with the same result', async () => {
    for (let trial = 0; trial < 60; trial++) {
      const problem = randomProblem('scored', trial, {
        logits: 'integers',
        weights: 2,
        grids: ['integers', 'two'],
      })
      const { values, correct } = bruteForce(problem.reference)
      expect(await searching(problem, {}, scoring(problem)), `trial ${trial}`).toEqual({ values, correct })
    }
  })

  test('is asked once for every point and batch', async () => {
    const problem = randomProblem('asked', 0, { images: 7, weights: 1, shapes: 1, grids: ['thirds'] })
    const method = scoring(problem)
    const asked: string[] = []
    const noting = {
      ...method,
      score: (...args: Parameters<typeof method.score>) => {
        asked.push(JSON.stringify([args[0].rows, args[1]]))
        return method.score(...args)
      },
    }
    await searching(problem, {}, noting)
    expect(asked).toHaveLength(2 * 16 * 3)
    expect(new Set(asked).size).toBe(asked.length)
  })
})

describe('a cancelled search', () => {
  const problem = randomProblem('cancelled', 0, { images: 6, weights: 1, shapes: 1 })
  test.each([
    ['of a sum of terms', problem.method],
    ['of a method that scores by itself', scoring(problem)],
  ])('%s throws CANCELLED', async (_, method) => {
    const cancelled = search({
      method,
      grid: gridOf(method, {}),
      data: { batches: problem.batches, labels: problem.labels },
      ranges: {},
      signal: AbortSignal.abort(),
    })
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})
