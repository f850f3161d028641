import { expect } from 'vitest'
import { gridOf } from '../../../src/evaluation/search/grid.js'
import { search } from '../../../src/evaluation/search/search.js'
import type { Method } from '../../../src/methods/contract.js'
import { bruteForce } from '../../reference/brute-force.js'
import { type Problem, type ProblemOptions, randomProblem } from '../problems.js'

/** The exact search of a random problem's grid. */
export const searching = (
  problem: Problem,
  narrowing: Parameters<typeof gridOf>[1] = {},
  method: Method = problem.method,
) =>
  search({
    method,
    grid: gridOf(method, narrowing),
    data: { batches: problem.batches, labels: problem.labels },
    ranges: {},
  })

/** Expects that the exact search finds what brute force finds, for a random problem of a kind. */
export async function expectExact(kind: string, trial: number, options: ProblemOptions): Promise<void> {
  const problem = randomProblem(kind, trial, options)
  const { values, correct } = bruteForce(problem.reference)
  expect(await searching(problem), `trial ${trial}`).toEqual({ values, correct })
}

/** The trials of a kind that says no other number. */
export const usualTrials = 100

/** Kinds of problems, with how many of each are tried in all. */
export const kindsOfProblems: Record<string, ProblemOptions & { trials?: number }> = {
  'without weights': { weights: 0 },
  'without weights and shapes': { weights: 0, shapes: 0 },
  'with one weight': { weights: 1 },
  'with one weight and no shapes': { weights: 1, shapes: 0 },
  'with two weights': { weights: 2, shapes: 0, trials: 60 },
  'with two weights and two shapes': { weights: 2, shapes: 2, grids: ['thirds', 'few'], trials: 40 },
  'with three weights': { weights: 3, shapes: 0, grids: ['thirds', 'few', 'signed'], trials: 25 },
  'with one weight on two terms': { weights: 2, oneWeight: true, shapes: 0, grids: ['tenths', 'thirds'] },
  'with one class': { classes: 1 },
  'with two classes': { classes: 2 },
  'with one image': { images: 1 },
  'with images that are the same': { alike: 'images' },
  'with classes that are the same': { alike: 'classes', logits: 'integers' },
  'with images that have no say': { silent: true },
  'with integer logits': { logits: 'integers', grids: ['integers', 'tenths', 'reference'] },
  'with logits in tenths': { logits: 'tenths', weights: 2, grids: ['tenths', 'thirds'], trials: 60 },
  'with all logits equal': { logits: 'zeros' },
  'with logits of all sizes': { logits: 'wide' },
  'with weights that may be negative': { weights: 2, grids: ['signed'], trials: 60 },
  'with grids of one value and of two': { weights: 2, grids: ['single', 'two'] },
}
