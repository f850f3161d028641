import { expect } from 'vitest'
import { createScoringHead, termsToKeep } from '../../src/classifiers/scoring-head.js'
import { readPiece, writePiece } from '../../src/classifiers/stored-piece.js'
import { type FittedMethod, fitMethod, scoreQueries } from '../../src/evaluation/fit.js'
import type { Method } from '../../src/methods/contract.js'
import type { Scores } from '../../src/methods/score.js'
import type { FeatureSpace } from '../../src/spaces/contract.js'
import { createKernels } from '../../src/tensor/kernels.js'
import type { Piece } from '../../src/tensor/piece.js'
import { formatSafetensors, parseSafetensors } from '../../src/tensor/safetensors.js'
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
    const terms = (await termsToKeep(fitted))?.map(stored) ?? expect.fail()
    const head = (await createScoringHead(unfittable(fitted), terms)) ?? expect.fail()
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

/** As in a file. */
function stored(piece: Piece): Piece {
  const { tensors, text } = writePiece(piece, 'a.')
  const bytes = formatSafetensors({ tensors: new Map(tensors), metadata: { text } })
  return readPiece(parseSafetensors(bytes, 'a file').tensors, text, 'a.')
}

/** The method as after a start, when no term may be fitted again. */
function unfittable(fitted: FittedMethod): FittedMethod {
  const again = (): never => expect.fail('it was fitted again')
  const { terms } = fitted.method
  const method = terms
    ? {
        ...fitted.method,
        terms: terms.map((term) => ({ ...term, logits: again, graph: again, ranges: again })),
      }
    : { ...fitted.method, score: again, graph: again }
  return { ...fitted, method: method as Method }
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
