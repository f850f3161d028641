import { describe, expect, test } from 'vitest'
import { fitMethod, scoreQueries } from '../../src/evaluation/fit.js'
import type { SpaceFeatures } from '../../src/features/space-features.js'
import type { Support } from '../../src/features/support.js'
import type { Method, Values } from '../../src/methods/contract.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import type { FeatureSpace } from '../../src/spaces/contract.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { type Matrix, rowOf } from '../../src/tensor/matrix.js'
import { pick, syntheticTask } from '../../src/testing/synthetic.js'
import { sharedRuntime } from '../helpers/shared.js'
import { foldsOf } from '../reference/folds.js'
import {
  boundsOf,
  divergences,
  logits,
  products,
  type Rows,
  type Space,
  spaces,
} from '../reference/formulas.js'

const runtime = sharedRuntime()
const kernels = createKernels(runtime)

const registry = createRegistry([builtin()])
const settings = { alpha: 1.5, beta: 5.5, gamma: 2 }

const supportSets = [
  { title: 'fewer images than dimensions, as many of each class', shots: [3, 3, 3, 3], dimensions: 16 },
  { title: 'more images than dimensions, not as many of each class', shots: [7, 2, 1, 5], dimensions: 12 },
  { title: 'one image of each class', shots: [1, 1, 1, 1, 1], dimensions: 16 },
]
const protocols = [
  { title: 'ranges frozen on validation images', selection: 'VALIDATION', klScaling: 'FROZEN' },
  { title: 'ranges frozen on the support set itself', selection: 'NONE', klScaling: 'FROZEN' },
  { title: 'ranges of the batch', selection: 'NONE', klScaling: 'BATCH' },
] as const

describe.each(supportSets.map((each) => [each.title, each] as const))('with %s', (_, options) => {
  const { support, queries, images } = syntheticTask({ ...options, bases: ['imo'] })
  const half = Math.floor(images / 2)
  const parts = {
    validation: pick(queries, range(0, half)),
    test: pick(queries, range(half, images)),
  }

  for (const method of Object.keys(logits).map((id) => registry.method(id))) {
    for (const space of Object.keys(spaces).map((id) => registry.space(id))) {
      test.each(protocols.map((each) => [each.title, each] as const))(
        `${method.id} in ${space.id} is its formula, %s`,
        async (_title, protocol) => {
          const fitted = await fitMethod({
            method,
            space,
            support,
            selection: protocol.selection,
            validation: { features: parts.validation, labels: new Int32Array(half) },
            fixed: pickValues(method),
            calibrated: false,
            kernels,
          })
          const actual: number[][] = []
          for await (const { scores } of scoreQueries(fitted, parts.test, protocol.klScaling)) {
            actual.push(...rowsOf(scores.logits))
          }
          expectClose(actual, expectedLogits(method.id, space, support, parts, protocol))
        },
      )
    }
  }
})

/** The same by the reference. */
function expectedLogits(
  method: string,
  space: FeatureSpace,
  support: Support,
  parts: { readonly validation: SpaceFeatures; readonly test: SpaceFeatures },
  { selection, klScaling }: (typeof protocols)[number],
): number[][] {
  const fitted = spaces[space.id] as Space
  const labels = [...support.labels]
  const W = rowsOf(support.textClassifier as Matrix)
  const F = rowsIn('clip', support.features)
  const base = rowsIn(space.base, support.features)
  const into = fitted(base, labels)
  const G = base.map(into)
  const against = (queries: SpaceFeatures) => {
    const T = rowsIn('clip', queries)
    const U = rowsIn(space.base, queries).map(into)
    return { T, U, bounds: boundsOf(divergences(T, F, W), products(U, G)) }
  }
  const itself = () => {
    const all = foldsOf(support).map(({ scored, left }) => {
      const others = [...labels.keys()].filter((j) => !left.includes(j))
      const at = <T>(rows: readonly T[], which: readonly number[]) => which.map((j) => rows[j] as T)
      const without = fitted(at(base, others), at(labels, others))
      const A = products(at(base, scored).map(without), at(base, others).map(without))
      return boundsOf(divergences(at(F, scored), at(F, others), W), A)
    })
    return {
      minM: Math.min(...all.map(({ minM }) => minM)),
      maxM: Math.max(...all.map(({ maxM }) => maxM)),
      minA: Math.min(...all.map(({ minA }) => minA)),
      maxA: Math.max(...all.map(({ maxA }) => maxA)),
    }
  }
  const { T, U, bounds } = against(parts.test)
  const frozen = () => (selection === 'VALIDATION' ? against(parts.validation).bounds : itself())
  const formula = logits[method] as (typeof logits)[string]
  return formula({ T, U, W, F, G, labels, ...settings }, klScaling === 'BATCH' ? bounds : frozen())
}

function expectClose(actual: readonly (readonly number[])[], expected: Rows): void {
  expect(actual.length).toBe(expected.length)
  // NaN where an entry is missing, which no bound is above.
  const gap = Math.max(
    ...expected.flatMap((row, i) => row.map((value, c) => Math.abs(value - (actual[i]?.[c] ?? NaN)))),
  )
  expect(gap).toBeLessThan(1e-4)
}

/** The settings that a method has. */
const pickValues = ({ hyperparameters }: Method): Values =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => name in hyperparameters))

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i)
}

function rowsIn(base: string, features: SpaceFeatures): number[][] {
  return rowsOf(features[base] as Matrix)
}

function rowsOf(matrix: Matrix): number[][] {
  return Array.from({ length: matrix.rows }, (_, i) => [...rowOf(matrix, i)])
}
