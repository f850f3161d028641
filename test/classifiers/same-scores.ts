import { expect } from 'vitest'
import { createScoringHead } from '../../src/classifiers/scoring-head.js'
import { type FittedMethod, fitMethod, scoreQueries } from '../../src/evaluation/fit.js'
import type { Method } from '../../src/methods/contract.js'
import type { Scores } from '../../src/methods/score.js'
import type { FeatureSpace } from '../../src/spaces/contract.js'
import { createKernels } from '../../src/tensor/kernels.js'
import type { Task } from '../../src/testing/synthetic.js'
import { sharedRuntime } from '../helpers/shared.js'

const kernels = createKernels(sharedRuntime())

/** Expects a method as one graph to give the logits and the contributions that its steps give. */
export async function expectSameScores(
  method: Method,
  space: FeatureSpace,
  tasks: readonly Task[],
): Promise<void> {
  for (const { support, queries } of tasks) {
    const fitted = await fitMethod({ method, space, support, selection: 'LEAVE_ONE_OUT', kernels })
    const head = (await createScoringHead(fitted)) ?? expect.fail()
    const joined = await scoresOf(head.score(queries))
    const steps = await scoresOf(scoreQueries(fitted, queries))
    expect(joined.map(namesOf)).toEqual(steps.map(namesOf))
    for (const [i, { logits, contributions }] of steps.entries()) {
      const own = joined[i] ?? expect.fail()
      expectNear(own.logits, logits)
      for (const [t, { values }] of contributions.entries()) {
        expectNear(own.contributions[t]?.values ?? expect.fail(), values)
      }
    }
  }
}

async function scoresOf(
  scoring: ReturnType<typeof scoreQueries> | AsyncIterable<{ readonly scores: Scores }>,
) {
  const all: Scores[] = []
  for await (const { scores } of scoring) all.push(scores)
  return all
}

const namesOf = ({ contributions }: Scores) => contributions.map(({ term }) => term)

function expectNear(own: FittedMethod['cache']['keys'], other: FittedMethod['cache']['keys']): void {
  expect([own.rows, own.columns]).toEqual([other.rows, other.columns])
  const largest = other.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  for (const [at, value] of other.data.entries()) {
    expect(Math.abs((own.data[at] as number) - value)).toBeLessThan(1e-5 * largest)
  }
}
