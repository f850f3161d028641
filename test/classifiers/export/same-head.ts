import { expect } from 'vitest'
import { head, headGraph } from '../../../src/classifiers/export/head-graph.js'
import { modelBytes } from '../../../src/classifiers/export/model.js'
import { type FittedMethod, fitMethod, scoreQueries } from '../../../src/evaluation/fit.js'
import { probabilitiesOf } from '../../../src/evaluation/probabilities.js'
import type { SpaceFeatures } from '../../../src/features/space-features.js'
import type { Method } from '../../../src/methods/contract.js'
import type { Registry } from '../../../src/plugins/registry.js'
import type { FeatureSpace } from '../../../src/spaces/contract.js'
import { createKernels } from '../../../src/tensor/kernels.js'
import { type Matrix, matrix, rowOf } from '../../../src/tensor/matrix.js'
import { syntheticTask, type Task } from '../../../src/testing/synthetic.js'
import { sharedRuntime } from '../../helpers/shared.js'

const runtime = sharedRuntime()
const kernels = createKernels(runtime)

/** Balanced, uneven, one shot, and one class alone. */
export const tasksIn = ({ spaces }: Pick<Registry, 'spaces'>): Task[] => {
  const bases = [...new Set(spaces.map(({ base }) => base))]
  return [[4, 4, 4], [3, 1, 5], [1, 1, 1, 1], [2]].map((shots) => syntheticTask({ shots, bases }))
}

/** The methods that can be exported, by their ids, each in those of the spaces that it can be used in. */
export const combinationsOf = ({ methods }: Registry, spaces: readonly string[]) =>
  methods
    .filter(({ transductive }) => !transductive)
    .flatMap((method) =>
      method.space === null
        ? [[method.id, 'clip'] as const]
        : spaces
            .filter((id) => !method.spaces || method.spaces.includes(id))
            // Texts have no place among adapted features.
            .filter((id) => !method.needs?.includes('projected-texts') || !id.startsWith('imo'))
            .map((id) => [method.id, id] as const),
    )

/** Expects the exported head of a method to give the logits and the probabilities that the method gives. */
export async function expectSameHead(
  method: Method,
  space: FeatureSpace,
  tasks: readonly Task[],
): Promise<void> {
  for (const { support, queries } of tasks) {
    const fitted = await fitMethod({ method, space, support, selection: 'LEAVE_ONE_OUT', kernels })
    const results = await exported(fitted, queries)
    for await (const { scores } of scoreQueries(fitted, queries)) {
      const { logits } = scores
      const largest = logits.data.reduce((most, logit) => Math.max(most, Math.abs(logit)), 1)
      expect(results[head.logits]?.dims).toEqual([logits.rows, logits.columns])
      for (const [at, logit] of logits.data.entries()) {
        expect(Math.abs(Number(results[head.logits]?.data[at]) - logit)).toBeLessThan(2e-5 * largest)
      }
      const own = matrix(logits.rows, logits.columns, results[head.probabilities]?.data as Float32Array)
      for (let i = 0; i < logits.rows; i++) {
        const expected = probabilitiesOf(rowOf(logits, i), fitted)
        for (const [c, probability] of rowOf(own, i).entries()) {
          expect(probability).toBeCloseTo(expected[c] ?? NaN, 3)
        }
      }
    }
  }
}

/** What the exported head gives for features that are not unit, as an encoder gives them. */
async function exported(fitted: FittedMethod, queries: SpaceFeatures) {
  const { nodes, initializers, reads } = await headGraph(fitted)
  const { base } = fitted.cache.space
  const features: Record<string, Matrix | undefined> = {
    ...(reads.has('clip') && { [head.features]: queries.clip }),
    ...(reads.has('base') && { [head.adapted]: queries[base] }),
  }
  const bytes = modelBytes({
    inputs: Object.fromEntries(Object.keys(features).map((name) => [name, ['batch', 'd']])),
    outputs: { [head.logits]: ['batch', 'c'], [head.probabilities]: ['batch', 'c'] },
    ...{ nodes, initializers },
  })
  const session = await runtime.open(bytes)
  try {
    const feeds = Object.fromEntries(
      Object.entries(features).map(([name, each]) => {
        const { rows, columns, data } = each ?? matrix(0, 0)
        const scaled = data.map((value, at) => value * (1 + (Math.floor(at / columns) % 3)))
        return [name, { type: 'float32' as const, dims: [rows, columns], data: scaled }]
      }),
    )
    return await session.run(feeds)
  } finally {
    await session.release()
  }
}
