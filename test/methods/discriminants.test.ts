import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { fitMethod, scoreQueries } from '../../src/evaluation/fit.js'
import { gda } from '../../src/methods/gda.js'
import { prototype } from '../../src/methods/prototype.js'
import { clip } from '../../src/spaces/clip.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { type Matrix, matrix } from '../../src/tensor/matrix.js'
import { sharedRuntime } from '../helpers/shared.js'

type Rows = readonly (readonly number[])[]

/** Made by NumPy, from the same features: tools/parity/gda.py. */
interface Golden {
  readonly alpha: number
  readonly beta: number
  readonly cases: readonly {
    readonly title: string
    readonly T: Rows
    readonly F: Rows
    readonly W: Rows
    readonly y: readonly number[]
    readonly logits: Readonly<Record<string, Rows>>
  }[]
}

const golden: Golden = JSON.parse(
  await readFile(new URL('../golden/discriminants.json', import.meta.url), 'utf8'),
)
const runtime = sharedRuntime()
const kernels = createKernels(runtime)

describe.each(golden.cases.map((each) => [each.title, each] as const))('with %s', (_, problem) => {
  test.each([gda(), prototype()].map((method) => [method.id, method] as const))(
    '%s gives the logits that NumPy computes, to 1e-4',
    async (id, method) => {
      const { alpha, beta } = golden
      const fitted = await fitMethod({
        method,
        space: clip(),
        support: {
          features: { clip: matrixOf(problem.F) },
          labels: Int32Array.from(problem.y),
          classes: problem.W.length,
          textClassifier: matrixOf(problem.W),
          logitScale: 100,
        },
        selection: 'NONE',
        calibrated: false,
        fixed: 'beta' in method.hyperparameters ? { alpha, beta } : { alpha },
        kernels,
      })
      const expected = problem.logits[id]?.flat() ?? []
      const actual: number[] = []
      for await (const { scores } of scoreQueries(fitted, { clip: matrixOf(problem.T) })) {
        actual.push(...scores.logits.data)
      }
      expect(actual.length).toBe(expected.length)
      expect(
        Math.max(...expected.map((value, at) => Math.abs(value - (actual[at] ?? Number.NaN)))),
      ).toBeLessThan(1e-4)
    },
  )
})

function matrixOf(rows: Rows): Matrix {
  return matrix(rows.length, rows[0]?.length ?? 0, Float32Array.from(rows.flat()))
}
