import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { type Evaluation, type EvaluationOptions, evaluate } from '../../src/evaluation/evaluate.js'
import { scoreQueries } from '../../src/evaluation/fit.js'
import type { LabelledImages } from '../../src/features/labelled-images.js'
import type { SpaceFeatures } from '../../src/features/space-features.js'
import type { Support } from '../../src/features/support.js'
import type { Method, Values } from '../../src/methods/contract.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { type Matrix, matrix, meanRow, sliceRows, subtractRow, unitRows } from '../../src/tensor/matrix.js'
import { type NamedTensor, readSafetensors } from '../../src/tensor/safetensors.js'
import { sharedRuntime } from '../helpers/shared.js'
import { sharedData } from '../reference/shared-data.js'

interface Golden extends Record<'alpha' | 'beta' | 'gamma' | 'n_val' | 'n_test', number> {
  readonly cases: readonly {
    readonly shots: number
    readonly accuracy: Readonly<Record<string, number>>
    readonly logits: Readonly<Record<string, readonly (readonly number[])[]>>
  }[]
  readonly grid: {
    readonly results: Readonly<Record<string, Readonly<Record<string, { val: number; test: number }>>>>
  }
}

const golden: Golden = JSON.parse(
  await readFile(new URL('../golden/caltech61.json', import.meta.url), 'utf8'),
)
const registry = createRegistry([builtin()])
const runtime = sharedRuntime()
const kernels = createKernels(runtime)

const file = sharedData('caltech61-clip-vit-b32/features.safetensors')

describe.skipIf(file === undefined)(
  'the published code on real CLIP features (skipped without shared data)',
  async () => {
    if (file === undefined) {
      test('needs caltech61-clip-vit-b32 in the folder that SHOTBOARD_SHARED_DATA names', () => {})
      return
    }
    const { tensors } = await readSafetensors(file)
    const features = (name: string): Matrix => {
      const { shape, data } = tensors.get(name) as NamedTensor
      return matrix(shape[0] as number, shape[1] as number, data as Float32Array)
    }
    const labels = (name: string): Int32Array => tensors.get(name)?.data as Int32Array
    const mean = meanRow(features('support_16_features'))
    const inSpaces = (clip: Matrix): SpaceFeatures => ({ clip, imo: unitRows(subtractRow(clip, mean)) })
    const split = (name: string, images: number): LabelledImages => ({
      features: inSpaces(sliceRows(features(`${name}_features`), 0, images)),
      labels: labels(`${name}_labels`).subarray(0, images),
    })
    const validation = split('val', golden.n_val)
    const testing = split('test', golden.n_test)
    const textClassifier = features('text_features')
    const supportOf = (shots: number): Support => ({
      features: inSpaces(features(`support_${shots}_features`)),
      labels: labels(`support_${shots}_labels`),
      classes: textClassifier.rows,
      textClassifier,
      logitScale: 100,
    })
    const run = (method: Method, shots: number, options: Partial<EvaluationOptions>): Promise<Evaluation> =>
      evaluate({
        method,
        space: registry.space(method.space ?? 'clip'),
        support: supportOf(shots),
        selection: 'VALIDATION',
        validation,
        test: testing,
        kernels,
        ...options,
      })
    const oneImage = 100 / golden.n_test + 1e-9

    for (const { shots, accuracy, logits } of golden.cases) {
      for (const [id, expectedAccuracy] of Object.entries(accuracy)) {
        const method = registry.method(id)
        const fixed = valuesOf(method)
        const title = `${id} at ${shots} shots`
        const expected = logits[id] ?? []
        let done: Promise<Evaluation> | undefined
        const published = () => {
          done ??= run(method, shots, { fixed, klScaling: 'BATCH' })
          return done
        }

        test(`${title} gives its logits and its accuracy`, async () => {
          const result = await published()
          expect(Math.abs(result.accuracy - expectedAccuracy)).toBeLessThan(oneImage)
          for await (const { scores } of scoreQueries(result.fitted, testing.features, 'BATCH')) {
            expect(worstGap(scores.logits, expected)).toBeLessThan(2e-3)
            break
          }
        })

        test(`${title} is within 0.3 points of it with frozen ranges, whatever they are frozen on`, async () => {
          const { accuracy: inBatch } = await published()
          for (const selection of ['VALIDATION', 'NONE'] as const) {
            const frozen = await run(method, shots, { fixed, selection, klScaling: 'FROZEN' })
            expect(Math.abs(frozen.accuracy - inBatch)).toBeLessThanOrEqual(0.3)
          }
        })
      }
    }

    for (const [shots, results] of Object.entries(golden.grid.results)) {
      for (const [id, { val, test: accuracy }] of Object.entries(results)) {
        test(`${id} at ${shots} shots, searched over the whole grid, selects as well as the published search`, async () => {
          const batch = await run(registry.method(id), Number(shots), { klScaling: 'BATCH' })
          expect(batch.fitted.selectionAccuracy).toBeCloseTo(val, 6)
          expect(Math.abs(batch.accuracy - accuracy)).toBeLessThanOrEqual(0.2)
          const frozen = await run(registry.method(id), Number(shots), { klScaling: 'FROZEN' })
          expect(Math.abs(frozen.accuracy - batch.accuracy)).toBeLessThanOrEqual(0.3)
        })
      }
    }
  },
)

/** The settings of the golden logits that a method has. */
function valuesOf({ hyperparameters }: Method): Values {
  const { alpha, beta, gamma } = golden
  return Object.fromEntries(
    Object.entries({ alpha, beta, gamma }).filter(([name]) => name in hyperparameters),
  )
}

/** The greatest difference in the first rows and columns, as many as are expected. */
function worstGap({ columns, data }: Matrix, expected: readonly (readonly number[])[]): number {
  expect(expected.length).toBeGreaterThan(0)
  return Math.max(
    ...expected.flatMap((row, i) =>
      row.map((value, c) => Math.abs((data[i * columns + c] as number) - value)),
    ),
  )
}
