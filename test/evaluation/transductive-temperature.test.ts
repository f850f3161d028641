import { expect, test } from 'vitest'
import { evaluate } from '../../src/evaluation/evaluate.js'
import { meanOf } from '../../src/evaluation/statistics/moments.js'
import { selectLabelled } from '../../src/features/labelled-images.js'
import { transclip } from '../../src/methods/transclip.js'
import { clip } from '../../src/spaces/clip.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { syntheticTask } from '../../src/testing/synthetic.js'
import { sharedRuntime } from '../helpers/shared.js'

const kernels = createKernels(sharedRuntime())

const classes = [0, 1, 2, 3, 4]
const each = 60
const queryClasses = Array.from({ length: classes.length * each }, (_, i) => i % classes.length)
const { support, queries } = syntheticTask({ shots: [4, 4, 4, 4, 4], queryClasses, noise: 2.5 })
const test300 = { features: queries, labels: Int32Array.from(queryClasses) }
const evaluateOn = (images: number) =>
  evaluate({
    ...{ method: transclip(), space: clip(), support, kernels, selection: 'LEAVE_ONE_OUT' as const },
    test: selectLabelled(test300, [...Array(images).keys()]),
  })

test.each([20, 300])(
  'a method that decides for %d images together is as sure of them as it was of those that it was fitted to',
  async (images) => {
    const { fitted, confidence, temperature } = await evaluateOn(images)
    expect(fitted.confidence).toBeGreaterThan(1 / classes.length)
    expect(meanOf(confidence)).toBeCloseTo(fitted.confidence ?? Number.NaN, 3)
    expect(temperature).not.toBeCloseTo(fitted.temperature, 3)
  },
)
