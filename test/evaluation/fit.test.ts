import { describe, expect, test } from 'vitest'
import { buildCache } from '../../src/cache/cache.js'
import { evaluate } from '../../src/evaluation/evaluate.js'
import { type FitOptions, fitMethod } from '../../src/evaluation/fit.js'
import { fitAtDefaults } from '../../src/evaluation/fit-quickly.js'
import { defaultsOf, type Method, type Values } from '../../src/methods/contract.js'
import { prototype as prototypes } from '../../src/methods/prototype.js'
import { ridge } from '../../src/methods/ridge.js'
import { scoreBatch } from '../../src/methods/score.js'
import { tipAdapter } from '../../src/methods/tip-adapter.js'
import { tipX } from '../../src/methods/tip-x.js'
import { zeroShot } from '../../src/methods/zero-shot.js'
import { centred } from '../../src/spaces/centred.js'
import { clip } from '../../src/spaces/clip.js'
import { imo } from '../../src/spaces/imo.js'
import { whitened } from '../../src/spaces/whitened.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { pick, pickSupport, syntheticTask } from '../../src/testing/synthetic.js'
import { sharedRuntime } from '../helpers/shared.js'
import { pointsOf } from '../reference/brute-force.js'
import { foldsOf } from '../reference/folds.js'
import { prototype, scoredPrototype } from '../testing/plugins.js'

const runtime = sharedRuntime()
const kernels = createKernels(runtime)

const { support, queries, images } = syntheticTask({ shots: [3, 3, 3, 3], noise: 1 })
const queryLabels = Int32Array.from({ length: images }, (_, i) => i % support.classes)
const validation = { features: queries, labels: queryLabels }

const fitWith = (options: Partial<FitOptions>) =>
  fitMethod({ method: tipAdapter(), space: clip(), support, selection: 'LEAVE_ONE_OUT', kernels, ...options })

describe('LEAVE_ONE_OUT', () => {
  test('at one shot keeps the defaults and says that it saw no image', async () => {
    const oneShot = syntheticTask({ shots: [1, 1, 1, 1] }).support
    for (const method of [tipAdapter(), tipX(), scoredPrototype()]) {
      const fitted = await fitWith({ method, support: oneShot })
      expect(fitted).toMatchObject({
        values: defaultsOf(method),
        selectionImages: 0,
        selectionAccuracy: null,
      })
    }
  })

  test('at one shot keeps what is fixed', async () => {
    const oneShot = syntheticTask({ shots: [1, 1, 1, 1] }).support
    const { values } = await fitWith({ support: oneShot, fixed: { alpha: 3 } })
    expect(values).toEqual({ alpha: 3, beta: 5.5 })
  })

  test('gives no say to an image whose class has no other', async () => {
    const unbalanced = syntheticTask({ shots: [3, 1, 2, 1] }).support
    const { selectionImages } = await fitWith({ support: unbalanced })
    expect(selectionImages).toBe(5)
  })

  test('does not let an image vote for its own key', async () => {
    const { selectionAccuracy } = await fitWith({ grids: { alpha: [20], beta: [20] } })
    expect(selectionAccuracy).toBeLessThan(100)
  })

  test.each([
    ['a sum of terms', prototype()],
    ['its own score', scoredPrototype()],
  ])('selects for a method that reads the keys itself, %s, as by its definition', async (_, method) => {
    const points = pointsOf([
      { name: 'alpha', values: [0, 1, 5] },
      { name: 'beta', values: [0, 2, 5] },
    ])
    const accuracies = await Promise.all(points.map((values) => accuracyWithoutEach(method, values)))
    const best = Math.max(...accuracies)
    const { values, selectionAccuracy, selectionImages } = await fitWith({ method })
    expect(selectionImages).toBe(12)
    expect(selectionAccuracy).toBeCloseTo(best, 10)
    expect(values).toEqual(points[accuracies.indexOf(best)])
  })
})

/** The accuracy on the support images, each scored with a cache that has not seen it, nor one image of each other class. */
async function accuracyWithoutEach(method: Method, values: Values): Promise<number> {
  let right = 0
  for (const [image, label] of support.labels.entries()) {
    const left = foldsOf(support).find(({ scored }) => scored.includes(image))?.left ?? []
    const rest = [...support.labels.keys()].filter((other) => !left.includes(other))
    const cache = await buildCache(pickSupport(support, rest), clip(), kernels)
    for (const batch of cache.batches(pick(support.features, [image]))) {
      const { data } = (await scoreBatch(method, batch, values, {})).logits
      if (data.indexOf(Math.max(...data)) === label) right++
    }
  }
  return (100 * right) / support.labels.length
}

test('leave-one-out does not tell the class by its number of keys', async () => {
  // All images look alike, so that no method can know anything.
  const { support: alike } = syntheticTask({ shots: [3, 3, 3, 3], separation: 0, noise: 0 })
  const { selectionAccuracy } = await fitWith({ method: tipX(), support: alike })
  expect(selectionAccuracy).toBeLessThanOrEqual(50)
})

describe('VALIDATION', () => {
  test('selects what classifies the validation images best', async () => {
    const { values, selectionAccuracy, selectionImages } = await fitWith({
      selection: 'VALIDATION',
      validation,
    })
    const { accuracy } = await evaluate({
      method: tipAdapter(),
      space: clip(),
      support,
      selection: 'NONE',
      fixed: values,
      test: validation,
      kernels,
    })
    expect(selectionImages).toBe(images)
    expect(selectionAccuracy).toBeCloseTo(accuracy, 10)
  })

  test('without validation images is refused', async () => {
    await expect(fitWith({ selection: 'VALIDATION' })).rejects.toMatchObject({ code: 'NO_VALIDATION_SPLIT' })
  })
})

describe("a space's hyperparameters", () => {
  const inWhitened = { method: prototypes(), space: whitened() }

  test('are at their defaults, and reported, unless asked for otherwise', async () => {
    for (const selection of ['LEAVE_ONE_OUT', 'NONE'] as const) {
      expect((await fitWith({ ...inWhitened, selection })).values).toMatchObject({ lambda: 0.5 })
    }
    const { values } = await fitWith({ ...inWhitened, space: clip() })
    expect(Object.keys(values)).toEqual(['alpha', 'beta'])
  })

  test('change the fit where they are given', async () => {
    const atOne = await fitWith({ ...inWhitened, fixed: { lambda: 1 } })
    expect(atOne.values).toMatchObject({ lambda: 1 })
    // λ = 1 leaves nothing but the centring.
    const same = await fitWith({ method: prototypes(), space: centred() })
    const affinities = await kernels.dot(atOne.cache.spaceKeys, atOne.cache.spaceKeys)
    const expected = await kernels.dot(same.cache.spaceKeys, same.cache.spaceKeys)
    affinities.data.forEach((value, at) => {
      expect(value).toBeCloseTo(expected.data[at] as number, 4)
    })
  })

  test.each(['VALIDATION', 'LEAVE_ONE_OUT'] as const)(
    'are searched by %s where a grid is asked for, the first of the best taken',
    async (selection) => {
      const lambdas = [0.1, 0.5, 0.9, 1]
      const apart = await Promise.all(
        lambdas.map((lambda) => fitWith({ ...inWhitened, selection, validation, fixed: { lambda } })),
      )
      const accuracies = apart.map(({ selectionAccuracy }) => selectionAccuracy ?? 0)
      const best = accuracies.indexOf(Math.max(...accuracies))
      const { values, selectionAccuracy } = await fitWith({
        ...inWhitened,
        selection,
        validation,
        grids: { lambda: lambdas },
      })
      expect(selectionAccuracy).toBe(accuracies[best])
      expect(values).toEqual(apart[best]?.values)
    },
  )

  test('keep apart from those of a method by the same name', async () => {
    const both = { method: ridge(), space: whitened(), selection: 'NONE' as const }
    const { values, cache } = await fitWith(both)
    expect(values).toMatchObject({ lambda: 1, 'whitened.lambda': 0.5 })
    // Both ways to fit, and what is fixed, agree with the space alone.
    const alone = await fitWith({ method: prototypes(), space: whitened(), selection: 'NONE' })
    expect(cache.spaceKeys.data).toEqual(alone.cache.spaceKeys.data)
    const quick = await fitAtDefaults({ method: ridge(), space: whitened(), support, kernels })
    expect(quick.values).toEqual(values)
    expect(quick.cache.spaceKeys.data).toEqual(alone.cache.spaceKeys.data)
    const fixed = await fitWith({ ...both, fixed: { 'whitened.lambda': 1, lambda: 10 } })
    const atOne = await fitWith({ ...both, method: prototypes(), fixed: { lambda: 1 } })
    expect(fixed.values).toMatchObject({ lambda: 10, 'whitened.lambda': 1 })
    expect(fixed.cache.spaceKeys.data).toEqual(atOne.cache.spaceKeys.data)
  })

  test('are out of range beyond their grid, and unknown in a space that has none', async () => {
    await expect(fitWith({ ...inWhitened, fixed: { lambda: 1.5 } })).rejects.toMatchObject({
      code: 'HYPERPARAMETER_OUT_OF_RANGE',
    })
    await expect(fitWith({ ...inWhitened, grids: { lambda: [-1] } })).rejects.toMatchObject({
      code: 'HYPERPARAMETER_OUT_OF_RANGE',
    })
    await expect(fitWith({ space: clip(), fixed: { lambda: 0.5 } })).rejects.toMatchObject({
      code: 'UNKNOWN_HYPERPARAMETER',
    })
  })
})

describe('NONE', () => {
  test('takes the defaults, but for what is fixed, and sees no image', async () => {
    const fitted = await fitWith({ method: tipX(), selection: 'NONE', fixed: { gamma: 7 } })
    expect(fitted).toMatchObject({
      values: { alpha: 1, beta: 5.5, gamma: 7 },
      selectionImages: 0,
      selectionAccuracy: null,
    })
  })
})

describe('a fit is refused', () => {
  test.each<[string, Partial<FitOptions>, string]>([
    ['with a hyperparameter that the method has not', { fixed: { gamma: 1 } }, 'UNKNOWN_HYPERPARAMETER'],
    ['with a value out of range', { fixed: { alpha: 21 } }, 'HYPERPARAMETER_OUT_OF_RANGE'],
    ['with a grid that leaves the range', { grids: { beta: [1, 40] } }, 'HYPERPARAMETER_OUT_OF_RANGE'],
    [
      'without texts that the method reads',
      { support: { ...support, textClassifier: null } },
      'TEXT_FEATURES_REQUIRED',
    ],
    ['in a space that there are no features for', { space: imo() }, 'SPACE_NOT_AVAILABLE'],
    ['once it is cancelled', { signal: AbortSignal.abort() }, 'CANCELLED'],
  ])('%s', async (_, options, code) => {
    await expect(fitWith(options)).rejects.toMatchObject({ code })
  })
})

describe('evaluating', () => {
  const options = { method: tipX(), space: whitened(), support, selection: 'LEAVE_ONE_OUT', kernels } as const

  test('selects the same whatever the test labels are', async () => {
    const first = await evaluate({ ...options, test: validation })
    const others = queryLabels.map((label) => (label + 1) % support.classes)
    const second = await evaluate({ ...options, test: { features: queries, labels: others } })
    expect(second.fitted.values).toEqual(first.fitted.values)
    expect(second.predicted).toEqual(first.predicted)
    expect(second.accuracy).not.toBe(first.accuracy)
  })

  test('with frozen ranges predicts an image alone as among others', async () => {
    const { predicted } = await evaluate({ ...options, test: validation })
    for (let i = 0; i < images; i++) {
      const alone = { features: pick(queries, [i]), labels: queryLabels.subarray(i, i + 1) }
      expect((await evaluate({ ...options, test: alone })).predicted).toEqual(predicted.subarray(i, i + 1))
    }
  })

  test('a method without hyperparameters needs no selection', async () => {
    const { fitted, accuracy } = await evaluate({ ...options, method: zeroShot(), test: validation })
    expect(fitted.values).toEqual({})
    expect(accuracy).toBeGreaterThan(25)
  })
})
